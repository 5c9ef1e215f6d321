// What a handler's process writes to its log, one packet: each line that comes of it is one line of
// JSON, whatever the handler printed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/json.h"
#include "runtime/function_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  using namespace glowplug;                                // NOLINT(google-build-using-namespace)
  Log log(Log::Format::json, LogLevel::debug, [](std::string_view line) {
    GLOWPLUG_CHECK(std::ranges::count(line, '\n') == 1 && line.ends_with('\n'));
    const auto json = parse_json(line);
    GLOWPLUG_CHECK(json.has_value() && json->at("function") == "iris");
  });
  runtime::log_packet(log, "iris", "1", {reinterpret_cast<const char*>(data), size});
  return 0;
}
