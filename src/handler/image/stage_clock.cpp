#include "handler/image/stage_clock.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace glowplug::handler::image {
namespace {

constexpr std::size_t kShown = 6;

/// "12 15 18 … min 0 max 255 mean 118.4".
template <class Value>
std::string preview(std::span<const Value> values) {
  if (values.empty()) return {};
  const auto [least, most] = std::ranges::minmax(values);
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return fmt::format("{:.5g} … min {:.5g} max {:.5g} mean {:.5g}",
                     fmt::join(values.first(std::min(kShown, values.size())), " "),
                     static_cast<double>(least), static_cast<double>(most),
                     sum / static_cast<double>(values.size()));
}

/// Elements of a tensor as numbers; FP16 as its bits.
std::vector<float> numbers_of(Datatype datatype, std::span<const std::byte> row) {
  const std::size_t size = element_size(datatype);
  std::vector<float> numbers(row.size() / size);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::byte* from = row.data() + i * size;
    if (datatype == Datatype::fp32) {
      std::memcpy(&numbers[i], from, sizeof(float));
    } else {
      numbers[i] = datatype == Datatype::int8
                       ? static_cast<float>(static_cast<std::int8_t>(*from))
                       : static_cast<float>(std::to_integer<std::uint8_t>(*from));
    }
  }
  return numbers;
}

std::string size_of(int width, int height, int channels) {
  return fmt::format("{}x{}x{}", width, height, channels);
}

}  // namespace

void StageClock::done(std::string_view name, const Image& image) const {
  if (trace_ == nullptr) return;
  const auto time = elapsed();
  const std::span<const std::uint8_t> bytes(image.pixels.get(), image.size());
  const std::vector<float> numbers(bytes.begin(), bytes.end());
  trace_->add({std::string(name), time, size_of(image.width, image.height, image.channels),
               preview(std::span<const float>(numbers))});
}

void StageClock::done(std::string_view name, const FloatImage& image) const {
  if (trace_ == nullptr) return;
  const auto time = elapsed();
  trace_->add({std::string(name), time, size_of(image.width, image.height, image.channels),
               preview(std::span<const float>(image.pixels))});
}

void StageClock::done(std::string_view name, const Shape& shape, Datatype datatype,
                      std::span<const std::byte> row) const {
  if (trace_ == nullptr) return;
  const auto time = elapsed();
  const std::string shown = datatype == Datatype::fp16
                                ? std::string("FP16")
                                : preview(std::span<const float>(numbers_of(datatype, row)));
  trace_->add(
      {std::string(name), time, fmt::format("{}{}", name_of(datatype), to_string(shape)), shown});
}

}  // namespace glowplug::handler::image
