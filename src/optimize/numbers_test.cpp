#include "optimize/numbers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "engine/testing/tensors.h"

namespace glowplug::optimize {
namespace {

std::vector<double> there_and_back(Datatype datatype, const std::vector<double>& numbers) {
  Tensor tensor{datatype, {static_cast<std::int64_t>(numbers.size())}, {}};
  for (const double number : numbers) append_number(tensor.bytes, datatype, number);
  return numbers_of(tensor.view());
}

TEST(Numbers, GoThereAndBackInEveryFloatDatatype) {
  const std::vector<double> numbers = {0, 0.0625, 0.9375, -8, 7.875, 1, -0.125};
  for (const auto datatype : {Datatype::fp16, Datatype::bf16, Datatype::fp32, Datatype::fp64})
    EXPECT_EQ(there_and_back(datatype, numbers), numbers) << name_of(datatype);
}

TEST(Numbers, GoThereAndBackInEveryIntegerDatatype) {
  const std::vector<double> numbers = {0, 1, 9};
  for (const auto datatype : {Datatype::uint8, Datatype::uint16, Datatype::uint32, Datatype::uint64,
                              Datatype::int8, Datatype::int16, Datatype::int32, Datatype::int64})
    EXPECT_EQ(there_and_back(datatype, numbers), numbers) << name_of(datatype);
  EXPECT_EQ(there_and_back(Datatype::bool_, {0, 1}), (std::vector<double>{0, 1}));
}

double fp16(std::uint16_t bits) {
  return numbers_of(
      engine::testing::tensor_of<std::uint16_t>(Datatype::fp16, {1}, {bits}).view())[0];
}

TEST(Numbers, ReadTheCornersOfFp16) {
  EXPECT_EQ(fp16(0x3c00), 1);
  EXPECT_EQ(fp16(0x7bff), 65504);
  EXPECT_EQ(fp16(0x0001), std::ldexp(1.0, -24));
  EXPECT_EQ(fp16(0xfc00), -INFINITY);
  EXPECT_TRUE(std::isnan(fp16(0x7e00)));
}

}  // namespace
}  // namespace glowplug::optimize
