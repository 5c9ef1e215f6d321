// A plan from anywhere must neither crash nor hang its host: it is refused, or it runs inside
// itself.
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/native/testing/run_plan.h"

namespace native = glowplug::engine::native;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)native::testing::open_and_run(std::as_bytes(std::span(data, size)),
                                      native::kernels_of_this_cpu());
  return 0;
}
