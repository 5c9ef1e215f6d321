#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "scale/keep_warm.h"

/// What is read is written so that it reads the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glowplug::scale;
  const auto schedule = parse_keep_warm({reinterpret_cast<const char*>(data), size});
  if (!schedule) return 0;
  const auto again = parse_keep_warm(to_text(*schedule));
  GLOWPLUG_CHECK(again.has_value());
  GLOWPLUG_CHECK(*again == *schedule);
  GLOWPLUG_CHECK(instances_at(*schedule, {std::chrono::Monday, 720}) <= most_instances(*schedule));
  return 0;
}
