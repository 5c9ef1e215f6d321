#include "cli/try_it.h"

#include <fmt/format.h>

#include <algorithm>

namespace glowplug::cli {
namespace {

constexpr std::size_t kMostInline = 400;

/// Whether every input is plain JSON ("data"), as the protocol's own body is.
bool is_plain(const Json& request) {
  const Json& inputs = request.at("inputs");
  return std::all_of(inputs.begin(), inputs.end(),
                     [](const Json& input) { return input.contains("data"); });
}

}  // namespace

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string curl_line(const bundle::Bundle& bundle, std::string_view url,
                      std::string_view inspect_command) {
  for (const std::string& name : bundle.sample_names()) {
    const auto sample = bundle.sample(name);
    if (!sample) continue;
    const Json request = to_json(*sample).at("request");
    if (!is_plain(request)) continue;
    const std::string body = request.dump();
    if (body.size() <= kMostInline)
      return fmt::format("curl -s --json {} {}/infer", shell_quoted(body), url);
    return fmt::format("{} --request {} | curl -s --json @- {}/infer", inspect_command, name, url);
  }
  return fmt::format("curl -s {}", url);
}

}  // namespace glowplug::cli
