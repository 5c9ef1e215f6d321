#include "handler/image/filter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace glowplug::handler::image {
namespace {

constexpr std::array<std::pair<Filter, std::string_view>, 7> kFilterNames = {
    {{Filter::nearest, "nearest"},
     {Filter::box, "box"},
     {Filter::bilinear, "bilinear"},
     {Filter::hamming, "hamming"},
     {Filter::bicubic, "bicubic"},
     {Filter::lanczos, "lanczos"},
     {Filter::area, "area"}}};

double box_weight(double x) { return x > -0.5 && x <= 0.5 ? 1.0 : 0.0; }

double bilinear_weight(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double hamming_weight(double x) {
  x = std::abs(x);
  if (x == 0.0) return 1.0;
  if (x >= 1.0) return 0.0;
  x *= std::numbers::pi;
  // Pillow writes these two constants in single precision.
  return std::sin(x) / x * (0.54F + 0.46F * std::cos(x));
}

template <class Real>
Real bicubic_weight(Real x) {
  constexpr Real kA = Real(-0.5);
  x = std::abs(x);
  if (x < Real(1)) return ((kA + Real(2)) * x - (kA + Real(3))) * x * x + Real(1);
  if (x < Real(2)) return (((x - Real(5)) * x + Real(8)) * x - Real(4)) * kA;
  return Real(0);
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos_weight(double x) { return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0; }

struct Kernel {
  double (*weight)(double);
  double support;  ///< of input pixels each way, when sizes are equal
};

/// (int)(at + 0.5) of C, as both libraries have it: not what lround does to a half below zero.
template <class Real>
int truncated_half_up(Real at) {
  return static_cast<int>(at + Real(0.5));  // NOLINT(bugprone-incorrect-roundings)
}

Kernel kernel_of(Filter filter) {
  switch (filter) {
    case Filter::box:
      return {box_weight, 0.5};
    case Filter::bilinear:
      return {bilinear_weight, 1.0};
    case Filter::hamming:
      return {hamming_weight, 1.0};
    case Filter::bicubic:
      return {bicubic_weight<double>, 2.0};
    case Filter::lanczos:
      return {lanczos_weight, 3.0};
    default:
      GLOWPLUG_CHECK(false);
      return {};
  }
}

template <class Weight>
Taps<Weight> empty_taps(int output, int stride) {
  Taps<Weight> taps;
  taps.stride = stride;
  taps.first.resize(static_cast<std::size_t>(output));
  taps.count.resize(static_cast<std::size_t>(output));
  taps.weights.resize(static_cast<std::size_t>(output) * static_cast<std::size_t>(stride));
  return taps;
}

std::int32_t fixed(double weight) {
  const double scaled = weight * (1 << kPillowBits);
  return static_cast<std::int32_t>(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

}  // namespace

std::string_view name_of(Filter filter) {
  for (const auto& [value, name] : kFilterNames) {
    if (value == filter) return name;
  }
  GLOWPLUG_CHECK(false);
  return {};
}

std::optional<Filter> filter_named(std::string_view name) {
  for (const auto& [value, its_name] : kFilterNames) {
    if (its_name == name) return value;
  }
  return std::nullopt;
}

Taps<std::int32_t> pillow_taps(int input, int output, Filter filter, Range wanted) {
  const Kernel kernel = kernel_of(filter);
  const double scale = static_cast<double>(input) / output;
  const double filter_scale = std::max(scale, 1.0);
  const double support = kernel.support * filter_scale;
  const double per_pixel = 1.0 / filter_scale;
  auto taps = empty_taps<std::int32_t>(wanted.count, static_cast<int>(std::ceil(support)) * 2 + 1);
  std::vector<double> weights(static_cast<std::size_t>(taps.stride));
  for (int i = 0; i < wanted.count; ++i) {
    const double center = (wanted.begin + i + 0.5) * scale;
    const int first = std::max(0, truncated_half_up(center - support));
    const int last = std::min(input, truncated_half_up(center + support));
    double sum = 0;
    for (int j = 0; j < last - first; ++j) {
      const double weight = kernel.weight((j + first - center + 0.5) * per_pixel);
      weights[static_cast<std::size_t>(j)] = weight;
      sum += weight;
    }
    const auto at = static_cast<std::size_t>(i);
    taps.first[at] = first;
    taps.count[at] = last - first;
    std::int32_t* to = taps.weights.data() + at * static_cast<std::size_t>(taps.stride);
    for (int j = 0; j < last - first; ++j) {
      const double weight = weights[static_cast<std::size_t>(j)];
      to[j] = fixed(sum != 0.0 ? weight / sum : weight);
    }
  }
  return taps;
}

Taps<float> torch_taps(int input, int output, Filter filter) {
  const float half = filter == Filter::bicubic ? 2.0F : 1.0F;
  const float scale = static_cast<float>(input) / static_cast<float>(output);
  const float support = scale >= 1.0F ? half * scale : half;
  const float per_pixel = scale >= 1.0F ? 1.0F / scale : 1.0F;
  auto taps = empty_taps<float>(output, static_cast<int>(std::ceil(support)) * 2 + 1);
  for (int i = 0; i < output; ++i) {
    const float center = scale * (static_cast<float>(i) + 0.5F);
    const int first = std::max(truncated_half_up(center - support), 0);
    const int count =
        std::clamp(std::min(truncated_half_up(center + support), input) - first, 0, taps.stride);
    const auto at = static_cast<std::size_t>(i);
    taps.first[at] = first;
    taps.count[at] = count;
    float* to = taps.weights.data() + at * static_cast<std::size_t>(taps.stride);
    float sum = 0;
    for (int j = 0; j < count; ++j) {
      const float x = (static_cast<float>(j + first) - center + 0.5F) * per_pixel;
      to[j] = filter == Filter::bicubic ? bicubic_weight(x) : std::max(0.0F, 1.0F - std::abs(x));
      sum += to[j];
    }
    for (int j = 0; j < count; ++j) to[j] = sum != 0.0F ? to[j] / sum : to[j];
  }
  return taps;
}

}  // namespace glowplug::handler::image
