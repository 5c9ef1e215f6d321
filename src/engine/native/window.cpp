#include "engine/native/window.h"

#include <fmt/format.h>

#include <algorithm>

namespace glowplug::engine::native {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 20;

Result<void> check_range(std::string_view what, std::int64_t value, std::int64_t least) {
  if (value >= least && value <= kLargest) return {};
  return invalid_argument(
      fmt::format("{} {}; {} to {} was expected", what, value, least, kLargest));
}

/// ONNX, Conv and MaxPool: the output has floor or ceil((size + padding - span) / stride) + 1
/// steps; with auto_pad, ceil(size / stride).
Result<WindowAxis> finish(WindowAxis axis, Padding padding, bool round_up) {
  GLOWPLUG_TRY(check_range("kernel", axis.kernel, 1));
  GLOWPLUG_TRY(check_range("stride", axis.stride, 1));
  GLOWPLUG_TRY(check_range("dilation", axis.dilation, 1));
  GLOWPLUG_TRY(check_range("padding", axis.begin, 0));
  GLOWPLUG_TRY(check_range("padding", axis.end, 0));
  GLOWPLUG_TRY(check_range("size", axis.size, 1));
  const std::int64_t span = (axis.kernel - 1) * axis.dilation + 1;
  if (padding != Padding::given) {
    axis.steps = (axis.size + axis.stride - 1) / axis.stride;
    const std::int64_t all =
        std::max<std::int64_t>(0, (axis.steps - 1) * axis.stride + span - axis.size);
    axis.begin = padding == Padding::same_upper ? all / 2 : (all + 1) / 2;
    axis.end = all - axis.begin;
    return axis;
  }
  const std::int64_t room = axis.size + axis.begin + axis.end - span;
  if (room < 0) return invalid_argument(fmt::format("a window of {} over {}", span, axis.size));
  axis.steps = (room + (round_up ? axis.stride - 1 : 0)) / axis.stride + 1;
  // A last window that would lie in the padding alone is left out.
  if (round_up && (axis.steps - 1) * axis.stride >= axis.size + axis.begin) --axis.steps;
  return axis;
}

}  // namespace

Result<Window> Window::create(std::span<const std::int64_t> p, std::int64_t height,
                              std::int64_t width) {
  if (p[10] < 0 || p[10] > 2) return invalid_argument(fmt::format("padding {}", p[10]));
  const auto padding = static_cast<Padding>(p[10]);
  Window window;
  GLOWPLUG_ASSIGN(window.height,
                  finish({p[0], p[2], p[4], p[6], p[8], height, 0}, padding, p[11] != 0));
  GLOWPLUG_ASSIGN(window.width,
                  finish({p[1], p[3], p[5], p[7], p[9], width, 0}, padding, p[11] != 0));
  return window;
}

}  // namespace glowplug::engine::native
