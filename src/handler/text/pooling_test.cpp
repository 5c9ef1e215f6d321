#include "handler/text/pooling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace glowplug::handler::text {
namespace {

template <class T>
Tensor tensor(Datatype datatype, Shape shape, const std::vector<T>& values) {
  Tensor made{datatype, std::move(shape), {}};
  made.bytes.resize(values.size() * sizeof(T));
  std::memcpy(made.bytes.data(), values.data(), made.bytes.size());
  return made;
}

// Two rows of three tokens; of the first row the last one is padding, of the second one the first.
const Tensor kHidden =
    tensor<float>(Datatype::fp32, {2, 3, 2}, {1, -2, 3, -4, 50, 60, 70, 80, 5, 6, 7, 2});
const Tensor kMask = tensor<std::int64_t>(Datatype::int64, {2, 3}, {1, 1, 0, 0, 1, 1});

std::vector<float> pooled(PoolingMode mode, bool normalize = false, const Tensor& mask = kMask) {
  const Tensor made = pool(kHidden.view(), mask.view(), mode, normalize).value();
  EXPECT_EQ(made.shape, (Shape{2, 2}));
  std::vector<float> values(made.bytes.size() / sizeof(float));
  std::memcpy(values.data(), made.bytes.data(), made.bytes.size());
  return values;
}

using Floats = std::vector<float>;

TEST(Pool, HasFourModes) {
  EXPECT_EQ(pooled(PoolingMode::mean), (Floats{2, -3, 6, 4}));
  EXPECT_EQ(pooled(PoolingMode::max), (Floats{3, -2, 7, 6}));
  EXPECT_EQ(pooled(PoolingMode::cls), (Floats{1, -2, 70, 80}));
  EXPECT_EQ(pooled(PoolingMode::last_token), (Floats{3, -4, 7, 2}));
  for (const auto mode :
       {PoolingMode::mean, PoolingMode::max, PoolingMode::cls, PoolingMode::last_token}) {
    EXPECT_EQ(pooling_named(name_of(mode)), mode);
  }
}

TEST(Pool, Normalizes) {
  const auto values = pooled(PoolingMode::mean, true);
  EXPECT_FLOAT_EQ(values[0], 2 / std::sqrt(13.0F));
  EXPECT_FLOAT_EQ(values[3], 4 / std::sqrt(52.0F));
}

TEST(Pool, ARowWithoutTokensIsZero) {
  const Tensor none = tensor<std::int32_t>(Datatype::int32, {2, 3}, {0, 0, 0, 0, 0, 0});
  EXPECT_EQ(pooled(PoolingMode::mean, true, none), (Floats{0, 0, 0, 0}));
  EXPECT_EQ(pooled(PoolingMode::max, false, none), (Floats{0, 0, 0, 0}));
  EXPECT_EQ(pooled(PoolingMode::last_token, false, none), (Floats{0, 0, 0, 0}));
}

TEST(Pool, RefusesOtherShapes) {
  const Tensor flat = tensor<float>(Datatype::fp32, {2, 2}, {1, 2, 3, 4});
  const auto failed = pool(flat.view(), kMask.view(), PoolingMode::mean, false);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "pooling takes FP32[rows, tokens, width], not FP32[2,2]");
  EXPECT_FALSE(pool(kHidden.view(), flat.view(), PoolingMode::mean, false));
  const Tensor short_mask = tensor<std::int64_t>(Datatype::int64, {2, 2}, {1, 1, 1, 1});
  EXPECT_FALSE(pool(kHidden.view(), short_mask.view(), PoolingMode::mean, false));
}

}  // namespace
}  // namespace glowplug::handler::text
