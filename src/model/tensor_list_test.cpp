#include "model/tensor_list.h"

#include <gtest/gtest.h>

namespace glowplug {
namespace {

std::vector<Tensor> some() {
  Tensor numbers{Datatype::fp32, {2, 3}, std::vector<std::byte>(24, std::byte{7})};
  Tensor texts{Datatype::bytes, {2}, {}};
  append_bytes_element(texts.bytes, "cat");
  append_bytes_element(texts.bytes, "");
  return {numbers, texts, {Datatype::int64, {0, 4}, {}}, {Datatype::bool_, {}, {std::byte{1}}}};
}

TEST(TensorList, ComesBackAsItWas) {
  const auto read = read_tensor_list(write_tensor_list(some()));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  ASSERT_EQ(read->size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ((*read)[i].datatype, some()[i].datatype);
    EXPECT_EQ((*read)[i].shape, some()[i].shape);
    EXPECT_EQ((*read)[i].bytes, some()[i].bytes);
  }
  EXPECT_TRUE(read_tensor_list("")->empty());
}

TEST(TensorList, RefusesWhatIsCutOffAnywhere) {
  const std::string whole = write_tensor_list(std::vector<Tensor>{some()[1]});
  for (std::size_t size = 1; size < whole.size(); ++size)
    EXPECT_FALSE(read_tensor_list(whole.substr(0, size)).has_value()) << size;
}

TEST(TensorList, RefusesWhatDoesNotFitItsShape) {
  for (const Tensor& wrong : {Tensor{Datatype::fp32, {2}, std::vector<std::byte>(4)},
                              Tensor{Datatype::fp32, {-1}, std::vector<std::byte>(4)},
                              Tensor{Datatype::bytes, {1}, std::vector<std::byte>(3)}})
    EXPECT_FALSE(read_tensor_list(write_tensor_list(std::vector<Tensor>{wrong})).has_value());
  EXPECT_FALSE(read_tensor_list(std::string("\x0e\0\0\0\0\0\0\0\0\0", 10)).has_value());
  EXPECT_FALSE(
      read_tensor_list(write_tensor_list(std::vector<Tensor>(257, Tensor{Datatype::int8, {0}, {}})))
          .has_value());
}

}  // namespace
}  // namespace glowplug
