// Convolution and pooling over images [count, channels, height, width].
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/native/operation.h"
#include "engine/native/window.h"

namespace glowplug::engine::native {
namespace {

/// Pixels whose patches are laid out at once: with the weights' depth of a small network these fit
/// into the second cache.
constexpr std::size_t kPixelsTogether = 16 * kPanelWidth;

/// inputs: x FP32, weights FP32 [channels out, depth] with depth = channels in / groups x kernel,
/// bias FP32 [channels out] (may be left out); parameters: groups, 1 to clamp, low, high, Window.
///
/// With a stride of 1 along the width, a product of the weights with the image itself, padded, one
/// row of pixels at a time. Else with the patches below 256 pixels at a time, which are laid out in
/// panels (kernels.h).
class Convolution final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    GLOWPLUG_TRY(need_constant(1, Element::float32, 2));
    const std::int64_t channels = in(1).dimensions[0];
    if (parameter(0) < 1 || channels < 1 || channels % parameter(0) != 0)
      return invalid_argument(fmt::format("{} groups for {} channels", parameter(0), channels));
    if (!has(2)) return {};
    GLOWPLUG_TRY(need_constant(2, Element::float32, 1));
    if (in(2).dimensions[0] == channels) return {};
    return invalid_argument(fmt::format("bias {} for {} channels", describe(in(2)), channels));
  }
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, Element::float32));
    if (in(0).rank != 4) return invalid_argument("an image was expected, not " + describe(in(0)));
    GLOWPLUG_ASSIGN(
        window_, Window::create(parameters().subspan(4), in(0).dimensions[2], in(0).dimensions[3]));
    const std::int64_t channels = in(0).dimensions[1];
    const std::int64_t area = window_.height.kernel * window_.width.kernel;
    const std::int64_t depth = in(1).dimensions[1];
    // By division: a product of numbers from a plan may overflow.
    if (channels % parameter(0) != 0 || depth == 0 || depth % area != 0 ||
        depth / area != channels / parameter(0))
      return invalid_argument(fmt::format("weights {} for {} in {} groups", describe(in(1)),
                                          describe(in(0)), parameter(0)));
    depth_ = static_cast<std::size_t>(depth);
    direct_ = window_.width.stride == 1;
    if (direct_) GLOWPLUG_TRY(find_offsets());
    return out().set(Element::float32, std::array{in(0).dimensions[0], in(1).dimensions[0],
                                                  window_.height.steps, window_.width.steps});
  }
  [[nodiscard]] std::size_t scratch_bytes() const override {
    if (direct_) return (padded_plane() * channels_in() + kPanelWidth) * sizeof(float);
    const std::size_t pixels = std::min(kPixelsTogether, pixel_panels() * kPanelWidth);
    return pixels * depth_ * sizeof(float);
  }
  [[nodiscard]] double work() const override {
    return static_cast<double>(out().count) * static_cast<double>(depth_);
  }
  Result<void> run() override {
    const auto images = static_cast<std::size_t>(out().dimensions[0]);
    const auto groups = static_cast<std::size_t>(parameter(0));
    for (std::size_t image = 0; image < images; ++image)
      for (std::size_t group = 0; group < groups; ++group) run_group(image, group, groups);
    return {};
  }

 private:
  [[nodiscard]] std::size_t pixels() const {
    return static_cast<std::size_t>(window_.height.steps * window_.width.steps);
  }
  [[nodiscard]] std::size_t pixel_panels() const { return panels_of(pixels()); }
  /// Of one group.
  [[nodiscard]] std::size_t channels_in() const {
    return static_cast<std::size_t>(in(0).dimensions[1] / parameter(0));
  }
  [[nodiscard]] std::size_t padded_width() const {
    return static_cast<std::size_t>(window_.width.size + window_.width.begin + window_.width.end);
  }
  [[nodiscard]] std::size_t padded_plane() const {
    return padded_width() * static_cast<std::size_t>(window_.height.size + window_.height.begin +
                                                     window_.height.end);
  }

  /// Of each element below a pixel in the padded image.
  Result<void> find_offsets() {
    constexpr std::size_t kMost = std::size_t{1} << 31;
    if (padded_plane() > kMost / channels_in())
      return Error{Code::exhausted, "the padding is too large", {}};
    offsets_.clear();
    for (std::size_t channel = 0; channel < channels_in(); ++channel)
      for (std::int64_t i = 0; i < window_.height.kernel; ++i)
        for (std::int64_t j = 0; j < window_.width.kernel; ++j)
          offsets_.push_back(channel * padded_plane() +
                             static_cast<std::size_t>(i * window_.height.dilation) *
                                 padded_width() +
                             static_cast<std::size_t>(j * window_.width.dilation));
    return {};
  }

  void run_group(std::size_t image, std::size_t group, std::size_t groups) {
    const std::size_t channels = static_cast<std::size_t>(in(1).dimensions[0]) / groups;
    const std::size_t plane = static_cast<std::size_t>(in(0).dimensions[2] * in(0).dimensions[3]);
    const float* const x =
        in(0).values<float>().data() + (image * groups + group) * channels_in() * plane;
    float* const to = out().room<float>().data() + (image * groups + group) * channels * pixels();
    MatrixProduct product{
        .a = in(1).values<float>().data() + group * channels * depth_,
        .a_stride = depth_,
        .rows = channels,
        .depth = depth_,
        .panels = reinterpret_cast<const float*>(scratch()),
        .offsets = nullptr,
        .columns = 0,
        .out = to,
        .out_stride = pixels(),
        .row_bias = has(2) ? in(2).values<float>().data() + group * channels : nullptr,
        .column_bias = nullptr,
        .clamped = parameter(1) != 0,
        .low = real_parameter(2),
        .high = real_parameter(3)};
    if (direct_) return run_direct(x, product);
    for (std::size_t first = 0; first < pixels(); first += kPixelsTogether) {
      product.columns = std::min(kPixelsTogether, pixels() - first);
      product.out = to + first;
      lay_out(x, first, product.columns);
      kernels().multiply(product);
    }
  }

  void run_direct(const float* x, MatrixProduct product) {
    pad(x);
    product.offsets = offsets_.data();
    product.columns = static_cast<std::size_t>(window_.width.steps);
    const std::size_t step = static_cast<std::size_t>(window_.height.stride) * padded_width();
    for (std::int64_t row = 0; row < window_.height.steps; ++row) {
      kernels().multiply(product);
      product.panels += step;
      product.out += product.columns;
    }
  }

  /// Copies the channels of a group with their padding of zeros.
  void pad(const float* x) const {
    const auto height = static_cast<std::size_t>(window_.height.size);
    const auto width = static_cast<std::size_t>(window_.width.size);
    const auto above = static_cast<std::size_t>(window_.height.begin);
    const auto before = static_cast<std::size_t>(window_.width.begin);
    auto* to = reinterpret_cast<float*>(scratch());
    std::memset(to, 0, scratch_bytes());
    for (std::size_t channel = 0; channel < channels_in(); ++channel, to += padded_plane())
      for (std::size_t row = 0; row < height; ++row, x += width)
        std::memcpy(to + (above + row) * padded_width() + before, x, width * sizeof(float));
  }

  /// Panels of the patches below `count` pixels from `first` on.
  void lay_out(const float* x, std::size_t first, std::size_t count) {
    auto* panel = reinterpret_cast<float*>(scratch());
    for (std::size_t at = 0; at < count; at += kPanelWidth, panel += depth_ * kPanelWidth) {
      const std::size_t wide = std::min(kPanelWidth, count - at);
      if (wide < kPanelWidth) std::memset(panel, 0, depth_ * kPanelWidth * sizeof(float));
      const auto columns = static_cast<std::size_t>(window_.width.steps);
      // Pixels of one row of the output at a time.
      for (std::size_t done = 0; done < wide;) {
        const std::size_t pixel = first + at + done;
        const std::size_t run = std::min(wide - done, columns - pixel % columns);
        lay_out_run(x, static_cast<std::int64_t>(pixel / columns),
                    static_cast<std::int64_t>(pixel % columns), run, panel + done);
        done += run;
      }
    }
  }

  void lay_out_run(const float* x, std::int64_t row, std::int64_t column, std::size_t run,
                   float* to) const {
    const WindowAxis& h = window_.height;
    const WindowAxis& w = window_.width;
    const std::int64_t kernel = h.kernel * w.kernel;
    const std::int64_t channels = static_cast<std::int64_t>(depth_) / kernel;
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const float* const plane = x + channel * h.size * w.size;
      for (std::int64_t i = 0; i < h.kernel; ++i) {
        const std::int64_t y = h.first(row) + i * h.dilation;
        const float* const line = y < 0 || y >= h.size ? nullptr : plane + y * w.size;
        for (std::int64_t j = 0; j < w.kernel; ++j, to += kPanelWidth)
          copy_run(line, w.first(column) + j * w.dilation, run, to);
      }
    }
  }

  /// Every stride-th element of `line` from `from` on; 0 where there is none.
  void copy_run(const float* line, std::int64_t from, std::size_t run, float* to) const {
    const WindowAxis& w = window_.width;
    const auto last = from + static_cast<std::int64_t>(run - 1) * w.stride;
    if (line == nullptr) {
      std::fill_n(to, run, 0.F);
    } else if (from >= 0 && last < w.size && w.stride == 1) {
      for (std::size_t k = 0; k < run; ++k) to[k] = line[from + static_cast<std::int64_t>(k)];
    } else {
      for (std::size_t k = 0; k < run; ++k, from += w.stride)
        to[k] = from >= 0 && from < w.size ? line[from] : 0;
    }
  }
  Window window_;
  std::size_t depth_ = 0;
  bool direct_ = false;
  std::vector<std::size_t> offsets_;
};

/// input: x FP32; parameters: 1 for the average instead of the largest, 1 if padding counts for the
/// average, 1 if the window is the whole image, Window.
class Pool final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, Element::float32));
    if (in(0).rank != 4) return invalid_argument("an image was expected, not " + describe(in(0)));
    const std::int64_t height = in(0).dimensions[2];
    const std::int64_t width = in(0).dimensions[3];
    if (parameter(2) != 0) {
      const std::array<std::int64_t, Window::kParameters> whole = {height, width, 1, 1, 1, 1};
      GLOWPLUG_ASSIGN(window_, Window::create(whole, height, width));
    } else {
      GLOWPLUG_ASSIGN(window_, Window::create(parameters().subspan(3), height, width));
    }
    return out().set(Element::float32, std::array{in(0).dimensions[0], in(0).dimensions[1],
                                                  window_.height.steps, window_.width.steps});
  }
  [[nodiscard]] double work() const override {
    return static_cast<double>(out().count) *
           static_cast<double>(window_.height.kernel * window_.width.kernel);
  }
  Result<void> run() override {
    const std::size_t planes = out().count_before(2);
    const auto plane_in = static_cast<std::size_t>(window_.height.size * window_.width.size);
    const auto plane_out = static_cast<std::size_t>(window_.height.steps * window_.width.steps);
    for (std::size_t plane = 0; plane < planes; ++plane)
      run_plane(in(0).values<float>().data() + plane * plane_in,
                out().room<float>().data() + plane * plane_out);
    return {};
  }

 private:
  /// Places of the input below one place of the output, those in the padding left out.
  struct Range {
    std::int64_t first;
    std::int64_t end;
  };
  static Range range(const WindowAxis& axis, std::int64_t at) {
    std::int64_t first = axis.first(at);
    const std::int64_t end = std::min(first + axis.kernel * axis.dilation, axis.size);
    if (first < 0) first += (-first + axis.dilation - 1) / axis.dilation * axis.dilation;
    return {first, end};
  }
  void run_plane(const float* x, float* to) const {
    const auto columns = static_cast<std::size_t>(window_.width.steps);
    for (std::int64_t i = 0; i < window_.height.steps; ++i, to += columns) {
      if (parameter(0) != 0) {
        average_row(x, i, to);
      } else {
        largest_row(x, i, to);
      }
    }
  }

  /// Two by two places without gaps, all in the image: what most networks have.
  [[nodiscard]] bool is_plain_square(Range rows) const {
    const WindowAxis& w = window_.width;
    return w.kernel == 2 && w.dilation == 1 && w.begin == 0 && window_.height.dilation == 1 &&
           rows.end - rows.first == 2 && (w.steps - 1) * w.stride + 2 <= w.size;
  }
  static void largest_of_four(const float* above, const float* below, std::int64_t stride,
                              std::int64_t count, float* __restrict to) {
    for (std::int64_t i = 0; i < count; ++i, above += stride, below += stride)
      to[i] = std::max(std::max(above[0], above[1]), std::max(below[0], below[1]));
  }

  /// One place of the window at a time for all columns.
  void largest_row(const float* x, std::int64_t row, float* to) const {
    const WindowAxis& w = window_.width;
    if (const Range pair = range(window_.height, row); is_plain_square(pair)) {
      const float* const above = x + pair.first * w.size;
      return largest_of_four(above, above + w.size, w.stride, w.steps, to);
    }
    std::fill_n(to, w.steps, std::numeric_limits<float>::lowest());
    const Range rows = range(window_.height, row);
    for (std::int64_t i = rows.first; i < rows.end; i += window_.height.dilation) {
      const float* const line = x + i * w.size;
      for (std::int64_t j = 0; j < w.kernel; ++j) {
        const std::int64_t shift = j * w.dilation - w.begin;
        // Columns whose place lies in the image.
        const std::int64_t first = shift >= 0 ? 0 : (-shift + w.stride - 1) / w.stride;
        const std::int64_t end =
            shift >= w.size ? 0 : std::min(w.steps, (w.size - 1 - shift) / w.stride + 1);
        for (std::int64_t column = first; column < end; ++column)
          to[column] = std::max(to[column], line[column * w.stride + shift]);
      }
    }
  }

  void average_row(const float* x, std::int64_t row, float* to) const {
    const Range rows = range(window_.height, row);
    for (std::int64_t column = 0; column < window_.width.steps; ++column)
      to[column] = average(x, rows, range(window_.width, column), row, column);
  }
  [[nodiscard]] float average(const float* x, Range rows, Range columns, std::int64_t row,
                              std::int64_t column) const {
    float sum = 0;
    std::int64_t count = 0;
    for (std::int64_t i = rows.first; i < rows.end; i += window_.height.dilation)
      for (std::int64_t j = columns.first; j < columns.end; j += window_.width.dilation, ++count)
        sum += x[i * window_.width.size + j];
    if (parameter(1) != 0) count = padded(window_.height, row) * padded(window_.width, column);
    return count == 0 ? 0 : sum / static_cast<float>(count);
  }
  /// Places of the window that lie in the image or its padding; rounding up may go beyond it.
  static std::int64_t padded(const WindowAxis& axis, std::int64_t at) {
    const std::int64_t first = axis.first(at);
    const std::int64_t end = std::min(first + axis.kernel * axis.dilation, axis.size + axis.end);
    return (end - first + axis.dilation - 1) / axis.dilation;
  }
  Window window_;
};

}  // namespace

std::span<const OperationType> image_operations() {
  constexpr std::size_t kWindow = Window::kParameters;
  static constexpr std::array kTypes = {
      OperationType{Opcode::convolution, "convolution", 2, 3, 1, 4 + kWindow, 4 + kWindow,
                    make<Convolution>},
      OperationType{Opcode::pool, "pool", 1, 1, 1, 3 + kWindow, 3 + kWindow, make<Pool>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
