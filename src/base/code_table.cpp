#include "base/code_table.h"

#include <array>

namespace glowplug {
namespace {

constexpr std::array kRows = {
    CodeRow{Code::invalid_argument, "invalid_argument", 400, 3},
    CodeRow{Code::unauthenticated, "unauthenticated", 401, 16},
    CodeRow{Code::permission_denied, "permission_denied", 403, 7},
    CodeRow{Code::not_found, "not_found", 404, 5},
    CodeRow{Code::already_exists, "already_exists", 409, 6},
    CodeRow{Code::failed_precondition, "failed_precondition", 409, 9},
    CodeRow{Code::too_large, "too_large", 413, 8},
    CodeRow{Code::exhausted, "exhausted", 429, 8},
    CodeRow{Code::cancelled, "cancelled", 499, 1},
    CodeRow{Code::internal, "internal", 500, 13},
    CodeRow{Code::unimplemented, "unimplemented", 501, 12},
    CodeRow{Code::instance_lost, "instance_lost", 502, 14},
    CodeRow{Code::unavailable, "unavailable", 503, 14},
    CodeRow{Code::deadline_exceeded, "deadline_exceeded", 504, 4},
};

constexpr bool rows_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].code) != i) return false;
  }
  return true;
}
static_assert(rows_in_order());

}  // namespace

const CodeRow& row_of(Code code) { return kRows.at(static_cast<std::size_t>(code)); }

Code code_of_status(int http_status) {
  for (const CodeRow& row : kRows) {
    if (row.http_status == http_status) return row.code;
  }
  constexpr int kFirstOfServer = 500;
  return http_status < kFirstOfServer ? Code::invalid_argument : Code::internal;
}

std::optional<Code> code_named(std::string_view name) {
  for (const CodeRow& row : kRows) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

std::optional<Code> code_numbered(unsigned number) {
  if (number >= kRows.size()) return std::nullopt;
  return kRows[number].code;
}

}  // namespace glowplug
