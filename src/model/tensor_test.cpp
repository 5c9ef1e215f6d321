#include "model/tensor.h"

#include <gtest/gtest.h>

namespace glowplug {
namespace {

TEST(Datatype, NamesAreTheProtocols) {
  for (std::size_t i = 0; i < kDatatypeCount; ++i) {
    const auto datatype = static_cast<Datatype>(i);
    EXPECT_EQ(datatype_named(name_of(datatype)), datatype);
  }
  EXPECT_EQ(name_of(Datatype::bytes), "BYTES");
  EXPECT_EQ(element_size(Datatype::bf16), 2U);
  EXPECT_EQ(datatype_named("STRING"), std::nullopt);
}

TEST(ElementCount, RefusesOverflowAndNegatives) {
  EXPECT_EQ(*element_count(Shape{}), 1U);
  EXPECT_EQ(*element_count(Shape{2, 3}), 6U);
  EXPECT_EQ(*element_count(Shape{1LL << 62, 1LL << 62, 0}), 0U);
  EXPECT_FALSE(element_count(Shape{1LL << 40, 1LL << 40}));
  EXPECT_FALSE(element_count(Shape{-1, 4}));
  EXPECT_FALSE(element_count(Shape{-1, 0}));
}

TEST(BytesTensor, RoundTripsAndRefusesBrokenFraming) {
  std::vector<std::byte> data;
  append_bytes_element(data, "one");
  append_bytes_element(data, "");
  const auto elements = bytes_elements(data, 2);
  ASSERT_TRUE(elements);
  EXPECT_EQ((*elements)[0], "one");
  EXPECT_EQ((*elements)[1], "");
  EXPECT_FALSE(bytes_elements(data, 1));
  EXPECT_FALSE(bytes_elements(data, 3));
  data.pop_back();
  EXPECT_FALSE(bytes_elements(data, 2));
}

TEST(CheckTensor, ComparesBytesWithShape) {
  const std::vector<std::byte> data(16);
  EXPECT_TRUE(check_tensor({Datatype::fp32, Shape{4}, data}));
  const auto wrong = check_tensor({Datatype::fp32, Shape{5}, data});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "16 bytes of data, but FP32 of shape [5] has 20");
}

}  // namespace
}  // namespace glowplug
