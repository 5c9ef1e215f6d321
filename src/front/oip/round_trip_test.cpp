// Property: what is written as an answer, read as a request, is the same tensor: every datatype,
// any shape, JSON and binary.
#include <gtest/gtest.h>

#include <random>

#include "front/oip/testing.h"

namespace glowplug::front::oip {
namespace {

using Random = std::mt19937_64;

std::string random_text(Random& random) {
  constexpr std::array<std::string_view, 8> kParts = {"a", "\"", "\\", "\n",
                                                      "ä", "€",  "😀", "\x1f"};
  std::string text;
  for (std::uint64_t i = random() % 6; i > 0; --i) text.append(kParts.at(random() % kParts.size()));
  return text;
}

/// Any bits that the datatype has, NaN among them; all NaN are one in JSON, so only that one.
std::vector<std::byte> random_bytes(Datatype datatype, std::size_t count, Random& random) {
  std::vector<std::byte> bytes;
  if (datatype == Datatype::bytes) {
    for (std::size_t i = 0; i < count; ++i) append_bytes_element(bytes, random_text(random));
    return bytes;
  }
  bytes.resize(count * element_size(datatype));
  for (std::byte& byte : bytes)
    byte = static_cast<std::byte>(datatype == Datatype::bool_ ? random() % 2 : random() % 256);
  return bytes;
}

template <class Float>
void make_nan_canonical(std::vector<std::byte>& bytes) {
  std::vector<Float> values = testing::values_of<Float>(bytes);
  for (Float& value : values) {
    if (value != value) value = std::numeric_limits<Float>::quiet_NaN();
  }
  bytes = testing::bytes_of(values);
}

Tensor random_tensor(Datatype datatype, Random& random) {
  Tensor tensor{datatype, {}, {}};
  std::size_t count = 1;
  for (std::uint64_t rank = random() % 4; rank > 0; --rank) {
    tensor.shape.push_back(static_cast<std::int64_t>(random() % 6));
    count *= static_cast<std::size_t>(tensor.shape.back());
  }
  tensor.bytes = random_bytes(datatype, count, random);
  if (datatype == Datatype::fp32) make_nan_canonical<float>(tensor.bytes);
  if (datatype == Datatype::fp64) make_nan_canonical<double>(tensor.bytes);
  return tensor;
}

/// The answer's own text with "outputs" renamed to "inputs" is a request. Outputs are asked for as
/// binary: half floats have no other form.
Result<InferRequest> send_back(const InferAnswer& answer, const Signature& signature) {
  const std::string whole = testing::joined(answer);
  const std::string_view text(whole);
  const std::string_view key = "\"outputs\":";
  const std::size_t at = text.find(key);
  std::string request = R"({"parameters":{"binary_data_output":true},)";
  request.append(text.substr(1, at - 1)).append("\"inputs\":").append(text.substr(at + key.size()));
  const std::string length = testing::header_of(answer, "Inference-Header-Content-Length");
  std::optional<std::size_t> json_length;
  if (!length.empty()) json_length = *read_header_length(length) + request.size() - text.size();
  return read_infer(testing::body_of(request), json_length, signature);
}

void expect_round_trip(const Tensor& tensor, bool binary) {
  Signature signature;
  signature.inputs = {{"y", tensor.datatype, Shape(tensor.shape.size(), -1), false, {}}};
  signature.outputs = signature.inputs;
  InferRequest request;
  request.outputs = {{0, binary, 0}};
  InferResponse response;
  response.outputs = {tensor};
  const auto answer = write_infer(request, std::move(response), signature, {"m", "1"});
  ASSERT_TRUE(answer) << answer.error().message;
  const auto back = send_back(*answer, signature);
  ASSERT_TRUE(back) << back.error().message << "\n" << testing::joined(*answer);
  EXPECT_EQ(back->inputs[0].shape, tensor.shape);
  EXPECT_TRUE(std::ranges::equal(back->inputs[0].bytes, tensor.bytes)) << testing::joined(*answer);
}

TEST(RoundTrip, EveryTensorSurvivesBinary) {
  Random random(1);
  for (std::size_t kind = 0; kind < kDatatypeCount; ++kind) {
    for (int i = 0; i < 200; ++i)
      expect_round_trip(random_tensor(static_cast<Datatype>(kind), random), true);
  }
}

TEST(RoundTrip, EveryTensorWithAJsonFormSurvivesJson) {
  Random random(2);
  for (std::size_t kind = 0; kind < kDatatypeCount; ++kind) {
    const auto datatype = static_cast<Datatype>(kind);
    if (datatype == Datatype::fp16 || datatype == Datatype::bf16) continue;
    for (int i = 0; i < 200; ++i) expect_round_trip(random_tensor(datatype, random), false);
  }
}

}  // namespace
}  // namespace glowplug::front::oip
