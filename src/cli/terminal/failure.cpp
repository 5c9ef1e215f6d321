#include "cli/terminal/failure.h"

#include "base/code_table.h"

namespace glowplug::cli {

Failure usage_failure(std::string message, std::string fix, std::string where) {
  return Failure(Error{Code::invalid_argument, std::move(message), std::move(fix)},
                 std::move(where), kUsage);
}

Json to_json(const Failure& failure) {
  return {{"code", name_of(failure.error.code)},
          {"message", failure.error.message},
          {"where", failure.where},
          {"fix", failure.error.fix},
          {"next", failure.next}};
}

}  // namespace glowplug::cli
