#include "model/tensor_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace glowplug {
namespace {

template <class T>
Tensor tensor_of(Datatype datatype, Shape shape, const std::vector<T>& values) {
  Tensor tensor{datatype, std::move(shape), std::vector<std::byte>(values.size() * sizeof(T))};
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

Tensor strings(Shape shape, const std::vector<std::string>& elements) {
  Tensor tensor{Datatype::bytes, std::move(shape), {}};
  for (const std::string& element : elements) append_bytes_element(tensor.bytes, element);
  return tensor;
}

void expect_round_trip(const Tensor& tensor, const std::string& expected) {
  const Json json = to_json(NamedTensor{"x", tensor});
  EXPECT_EQ(json.dump(), expected);
  const auto back = named_tensor_from_json(Json::parse(json.dump()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->name, "x");
  EXPECT_EQ(back->tensor.datatype, tensor.datatype);
  EXPECT_EQ(back->tensor.shape, tensor.shape);
  EXPECT_EQ(back->tensor.bytes, tensor.bytes);
}

TEST(TensorJson, WritesFloatsWithTheFewestDigits) {
  expect_round_trip(
      tensor_of<float>(Datatype::fp32, {2, 2}, {0.1F, -1.5F, 3e38F, 1e-45F}),
      R"({"data":[0.1,-1.5,3e+38,1e-45],"datatype":"FP32","name":"x","shape":[2,2]})");
  expect_round_trip(tensor_of<double>(Datatype::fp64, {2}, {0.1, -0.0}),
                    R"({"data":[0.1,-0.0],"datatype":"FP64","name":"x","shape":[2]})");
}

TEST(TensorJson, ReadsBackEveryPatternOfFloatBits) {
  std::vector<float> values;
  for (std::uint32_t bits = 0; bits < 0x7F800000U; bits += 0x00012345U) {
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    values.push_back(value);
  }
  const auto count = static_cast<std::int64_t>(values.size());
  const Tensor tensor = tensor_of(Datatype::fp32, {count}, values);
  const auto back = named_tensor_from_json(Json::parse(to_json(NamedTensor{"x", tensor}).dump()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->tensor.bytes, tensor.bytes);
}

TEST(TensorJson, HasTheWholeRangeOfIntegers) {
  expect_round_trip(
      tensor_of<std::int64_t>(
          Datatype::int64, {2},
          {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}),
      R"({"data":[-9223372036854775808,9223372036854775807],"datatype":"INT64","name":"x","shape":[2]})");
  expect_round_trip(tensor_of<std::uint64_t>(Datatype::uint64, {}, {18446744073709551615U}),
                    R"({"data":[18446744073709551615],"datatype":"UINT64","name":"x","shape":[]})");
  expect_round_trip(tensor_of<std::int8_t>(Datatype::int8, {2}, {-128, 127}),
                    R"({"data":[-128,127],"datatype":"INT8","name":"x","shape":[2]})");
  expect_round_trip(tensor_of<std::uint8_t>(Datatype::bool_, {2}, {0, 1}),
                    R"({"data":[false,true],"datatype":"BOOL","name":"x","shape":[2]})");
}

TEST(TensorJson, WritesStringsAndEmptyTensors) {
  expect_round_trip(strings({2}, {"", "gr\xC3\xBC\xC3\x9F"}),
                    "{\"data\":[\"\",\"gr\xC3\xBC\xC3\x9F\"],\"datatype\":\"BYTES\",\"name\":\"x\","
                    "\"shape\":[2]}");
  expect_round_trip(tensor_of<float>(Datatype::fp32, {0, 4}, {}),
                    R"({"data":[],"datatype":"FP32","name":"x","shape":[0,4]})");
}

TEST(TensorJson, UsesBase64WhereJsonCannotHoldTheValues) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  expect_round_trip(tensor_of<float>(Datatype::fp32, {3}, {nan, infinity, 1}),
                    R"({"base64":"AADAfwAAgH8AAIA/","datatype":"FP32","name":"x","shape":[3]})");
  expect_round_trip(tensor_of<std::uint16_t>(Datatype::fp16, {1}, {0x3C00}),
                    R"({"base64":"ADw=","datatype":"FP16","name":"x","shape":[1]})");
  expect_round_trip(tensor_of<std::uint16_t>(Datatype::bf16, {1}, {0x3F80}),
                    R"({"base64":"gD8=","datatype":"BF16","name":"x","shape":[1]})");
  expect_round_trip(strings({1}, {"\xFF"}),
                    R"({"base64":"AQAAAP8=","datatype":"BYTES","name":"x","shape":[1]})");
}

struct Refusal {
  const char* json;
  const char* message;
};

TEST(TensorJson, RefusesWhatIsNotExactlyATensor) {
  const Refusal refusals[] = {
      {R"([])", "a tensor must be an object"},
      {R"({"datatype":"FP32"})", "a tensor must have a \"name\""},
      {R"({"name":"x","datatype":"FP32","shape":[1],"data":[1],"more":1})",
       "tensor \"x\": unknown key \"more\""},
      {R"({"name":"x","shape":[1],"data":[1]})", "tensor \"x\": \"datatype\" is missing"},
      {R"({"name":"x","datatype":"FP32","shape":[1]})",
       "tensor \"x\": expected one of \"data\" and \"base64\""},
      {R"({"name":"x","datatype":"FP33","shape":[1],"data":[1]})",
       "tensor \"x\": \"datatype\" must be one of BOOL, UINT8 ... FP64, BYTES, BF16"},
      {R"({"name":"x","datatype":"FP32","shape":[-1],"data":[1]})",
       "tensor \"x\": \"shape\" must be an array of integers of at least 0"},
      {R"({"name":"x","datatype":"FP32","shape":[2,2],"data":[1,2,3]})",
       "tensor \"x\": \"data\" has 3 values; shape [2,2] has 4"},
      {R"({"name":"x","datatype":"FP32","shape":[2],"data":[[1],[2]]})",
       "tensor \"x\": \"data\"[0] is [1]; expected FP32"},
      {R"({"name":"x","datatype":"FP32","shape":[1],"data":[1e39]})",
       "tensor \"x\": \"data\"[0] is 1e+39; expected FP32"},
      {R"({"name":"x","datatype":"INT8","shape":[2],"data":[1,128]})",
       "tensor \"x\": \"data\"[1] is 128; expected INT8"},
      {R"({"name":"x","datatype":"INT8","shape":[1],"data":[1.0]})",
       "tensor \"x\": \"data\"[0] is 1.0; expected INT8"},
      {R"({"name":"x","datatype":"UINT64","shape":[1],"data":[-1]})",
       "tensor \"x\": \"data\"[0] is -1; expected UINT64"},
      {R"({"name":"x","datatype":"BOOL","shape":[1],"data":[1]})",
       "tensor \"x\": \"data\"[0] is 1; expected BOOL"},
      {R"({"name":"x","datatype":"BYTES","shape":[1],"data":[1]})",
       "tensor \"x\": \"data\"[0] is 1; expected BYTES"},
      {R"({"name":"x","datatype":"FP16","shape":[1],"data":[1]})",
       "tensor \"x\": FP16 has no JSON form; expected \"base64\""},
      {R"({"name":"x","datatype":"FP16","shape":[1],"base64":"AAA"})",
       "tensor \"x\": base64: 3 characters are no multiple of 4"},
  };
  for (const Refusal& refusal : refusals) {
    const auto read = named_tensor_from_json(Json::parse(refusal.json));
    ASSERT_FALSE(read) << refusal.json;
    EXPECT_EQ(read.error().message, refusal.message);
    EXPECT_EQ(read.error().code, Code::invalid_argument);
  }
}

TEST(TensorJson, RefusesANameTwice) {
  const Json one = to_json(NamedTensor{"x", tensor_of<float>(Datatype::fp32, {1}, {1})});
  EXPECT_EQ(named_tensors_from_json(Json::array({one, one})).error().message,
            "tensor \"x\" stands twice");
  EXPECT_EQ(named_tensors_from_json(Json::object()).error().message, "tensors must be an array");
}

}  // namespace
}  // namespace glowplug
