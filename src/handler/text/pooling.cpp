#include "handler/text/pooling.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace glowplug::handler::text {
namespace {

constexpr std::array<std::pair<std::string_view, PoolingMode>, 4> kNames = {
    {{"cls", PoolingMode::cls},
     {"mean", PoolingMode::mean},
     {"max", PoolingMode::max},
     {"lasttoken", PoolingMode::last_token}}};

/// One row: `tokens` vectors of `width`, and which of them count.
struct Row {
  const std::byte* hidden;
  std::vector<bool> counts;
  std::size_t width;
  [[nodiscard]] float at(std::size_t token, std::size_t column) const {
    float value = 0;
    std::memcpy(&value, hidden + (token * width + column) * sizeof(float), sizeof(float));
    return value;
  }
};

std::vector<bool> counts_of(const TensorView& mask, std::size_t row, std::size_t tokens) {
  std::vector<bool> counts(tokens);
  const std::size_t size = element_size(mask.datatype);
  for (std::size_t i = 0; i < tokens; ++i) {
    std::int64_t value = 0;  // little-endian: the low bytes of INT32 will do
    std::memcpy(&value, mask.bytes.data() + (row * tokens + i) * size, size);
    counts[i] = value != 0;
  }
  return counts;
}

void mean(const Row& row, std::vector<double>& to) {
  double count = 0;
  for (std::size_t token = 0; token < row.counts.size(); ++token) {
    if (!row.counts[token]) continue;
    count += 1;
    for (std::size_t i = 0; i < row.width; ++i) to[i] += static_cast<double>(row.at(token, i));
  }
  for (double& value : to) value /= std::max(count, 1e-9);
}

void max(const Row& row, std::vector<double>& to) {
  bool any = false;
  for (std::size_t token = 0; token < row.counts.size(); ++token) {
    if (!row.counts[token]) continue;
    for (std::size_t i = 0; i < row.width; ++i) {
      const auto value = static_cast<double>(row.at(token, i));
      to[i] = any ? std::max(to[i], value) : value;
    }
    any = true;
  }
}

void one(const Row& row, std::size_t token, std::vector<double>& to) {
  for (std::size_t i = 0; i < row.width; ++i) to[i] = static_cast<double>(row.at(token, i));
}

void pool_row(const Row& row, PoolingMode mode, std::vector<double>& to) {
  std::fill(to.begin(), to.end(), 0);
  if (row.counts.empty()) return;
  switch (mode) {
    case PoolingMode::mean:
      return mean(row, to);
    case PoolingMode::max:
      return max(row, to);
    case PoolingMode::cls:
      return one(row, 0, to);
    case PoolingMode::last_token: {
      const auto last = std::find(row.counts.rbegin(), row.counts.rend(), true);
      const auto behind = static_cast<std::size_t>(row.counts.rend() - last);
      if (behind > 0) one(row, behind - 1, to);
    }
  }
}

void divide_by_norm(std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  const double norm = std::max(std::sqrt(squares), 1e-12);
  for (double& value : values) value /= norm;
}

Result<void> check(const TensorView& hidden, const TensorView& mask) {
  GLOWPLUG_TRY(check_tensor(hidden));
  GLOWPLUG_TRY(check_tensor(mask));
  if (hidden.datatype != Datatype::fp32 || hidden.shape.size() != 3) {
    return invalid_argument(fmt::format("pooling takes FP32[rows, tokens, width], not {}{}",
                                        name_of(hidden.datatype), to_string(hidden.shape)));
  }
  const bool whole = mask.datatype == Datatype::int64 || mask.datatype == Datatype::int32;
  if (!whole || mask.shape.size() != 2 || mask.shape[0] != hidden.shape[0] ||
      mask.shape[1] != hidden.shape[1]) {
    return invalid_argument(fmt::format("a mask of INT64{} is wanted for pooling, not {}{}",
                                        to_string(hidden.shape.first(2)), name_of(mask.datatype),
                                        to_string(mask.shape)));
  }
  return {};
}

}  // namespace

std::string_view name_of(PoolingMode mode) {
  for (const auto& [name, known] : kNames) {
    if (known == mode) return name;
  }
  return "";
}

std::optional<PoolingMode> pooling_named(std::string_view name) {
  for (const auto& [known, mode] : kNames) {
    if (known == name) return mode;
  }
  return std::nullopt;
}

Result<Tensor> pool(const TensorView& hidden, const TensorView& mask, PoolingMode mode,
                    bool normalize) {
  GLOWPLUG_TRY(check(hidden, mask));
  const auto rows = static_cast<std::size_t>(hidden.shape[0]);
  const auto tokens = static_cast<std::size_t>(hidden.shape[1]);
  const auto width = static_cast<std::size_t>(hidden.shape[2]);
  Tensor pooled{Datatype::fp32, {hidden.shape[0], hidden.shape[2]}, {}};
  pooled.bytes.resize(rows * width * sizeof(float));
  std::vector<double> values(width);
  for (std::size_t i = 0; i < rows; ++i) {
    pool_row({hidden.bytes.data() + i * tokens * width * sizeof(float), counts_of(mask, i, tokens),
              width},
             mode, values);
    if (normalize) divide_by_norm(values);
    for (std::size_t column = 0; column < width; ++column) {
      const auto value = static_cast<float>(values[column]);
      std::memcpy(pooled.bytes.data() + (i * width + column) * sizeof(float), &value,
                  sizeof(float));
    }
  }
  return pooled;
}

}  // namespace glowplug::handler::text
