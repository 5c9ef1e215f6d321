#include "cli/project/substitute.h"

#include <fmt/format.h>

namespace glowplug::cli {
namespace {

constexpr std::string_view kOpen = "${";
constexpr std::string_view kSource = "env:";

Result<std::string> value_of(std::string_view inside, const Lookup& environment) {
  if (!inside.starts_with(kSource) || inside.size() == kSource.size())
    return Error{
        Code::invalid_argument,
        fmt::format("\"${{{}}}\" is not understood: only ${{env:NAME}} is replaced", inside),
        {}};
  const std::string_view name = inside.substr(kSource.size());
  if (auto value = environment(name)) return *std::move(value);
  return Error{Code::invalid_argument, fmt::format("the environment variable {} is not set", name),
               fmt::format("export {}=…", name)};
}

}  // namespace

Result<std::string> substitute(std::string_view text, const Lookup& environment) {
  std::string result;
  for (;;) {
    const std::size_t open = text.find(kOpen);
    result += text.substr(0, open);
    if (open == std::string_view::npos) return result;
    text.remove_prefix(open + kOpen.size());
    const std::size_t close = text.find('}');
    if (close == std::string_view::npos)
      return Error{Code::invalid_argument, "\"${\" is not closed by \"}\"", {}};
    GLOWPLUG_ASSIGN(const std::string value, value_of(text.substr(0, close), environment));
    result += value;
    text.remove_prefix(close + 1);
  }
}

}  // namespace glowplug::cli
