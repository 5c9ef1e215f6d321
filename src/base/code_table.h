#pragma once
#include <optional>
#include <string_view>

#include "base/result.h"

namespace glowplug {

/// One row of the table that every front end and the command line read (DESIGN.md section 5).
struct CodeRow {
  Code code;
  std::string_view name;  ///< as in JSON errors and logs, e.g. "invalid_argument"
  int http_status;
  int grpc_status;  ///< number of google.rpc.Code
};

[[nodiscard]] const CodeRow& row_of(Code code);
[[nodiscard]] inline std::string_view name_of(Code code) { return row_of(code).name; }
[[nodiscard]] inline int http_status_of(Code code) { return row_of(code).http_status; }
/// The code that an answer of this status is counted as: the first one with it, invalid_argument
/// for other statuses below 500, else internal.
[[nodiscard]] Code code_of_status(int http_status);
[[nodiscard]] std::optional<Code> code_named(std::string_view name);
/// For codes that crossed a process boundary as a number; nullopt outside the table.
[[nodiscard]] std::optional<Code> code_numbered(unsigned number);

}  // namespace glowplug
