#include "front/oip/infer_reader.h"

#include <gtest/gtest.h>

#include <cmath>

#include "front/oip/testing.h"

namespace glowplug::front::oip {
namespace {

using testing::body_of;
using testing::bytes_of;
using testing::bytes_of_strings;
using testing::iris_signature;
using testing::plain_signature;
using testing::values_of;

using Floats = std::vector<float>;

std::string iris_request(std::string_view rest = "", std::string_view data = "[1,2,3,4]",
                         std::string_view shape = "[1,4]") {
  std::string text = R"({"inputs":[{"name":"features","shape":)";
  text.append(shape).append(R"(,"datatype":"FP32","data":)").append(data).append("}]");
  return text.append(rest).append("}");
}

InferRequest read_iris(std::string_view text) {
  auto request = read_infer(body_of(text), std::nullopt, iris_signature());
  EXPECT_TRUE(request) << request.error().message;
  return request ? *std::move(request) : InferRequest{};
}

/// The only input's bytes of a request for `plain_signature`.
std::vector<std::byte> read_plain(Datatype datatype, std::string_view data, std::size_t count) {
  std::string text = R"({"inputs":[{"name":"x","shape":[)" + std::to_string(count) +
                     R"(],"datatype":")" + std::string(name_of(datatype)) + R"(","data":)";
  text.append(data).append("}]}");
  const auto request = read_infer(body_of(text), std::nullopt, plain_signature(datatype, {-1}));
  EXPECT_TRUE(request) << request.error().message;
  if (!request) return {};
  return {request->inputs[0].bytes.begin(), request->inputs[0].bytes.end()};
}

TEST(InferReader, ReadsAFlatJsonTensor) {
  const InferRequest request =
      read_iris(iris_request("", "[5.1, 3.5, 1.4, 0.2, -6, 1e-2, 0, 3E2]", "[2,4]"));
  ASSERT_EQ(request.inputs.size(), 1U);
  EXPECT_EQ(request.inputs[0].shape, (Shape{2, 4}));
  EXPECT_EQ(values_of<float>(request.inputs[0].bytes),
            (Floats{5.1F, 3.5F, 1.4F, 0.2F, -6, 0.01F, 0, 300}));
  EXPECT_EQ(request.rows, 2);
}

TEST(InferReader, TakesAnyNestingInRowMajorOrder) {
  for (const char* data : {"[[1,2,3,4]]", "[[1,2],[3,4]]", "[[[[1],2],3],4]", "[1,[],[2,3,4]]",
                           " [ [ 1 , 2 ] \n , [ 3 ,\t4 ] ]\r\n"}) {
    const InferRequest request = read_iris(iris_request("", data));
    EXPECT_EQ(values_of<float>(request.inputs.at(0).bytes), (Floats{1, 2, 3, 4})) << data;
  }
  const std::string deepest = std::string(100, '[') + "1,2,3,4" + std::string(100, ']');
  EXPECT_EQ(read_iris(iris_request("", deepest)).inputs.size(), 1U);
}

TEST(InferReader, DoesNotCareAboutTheOrderOfKeys) {
  const InferRequest request = read_iris(
      R"({"outputs":[{"name":"label"}],"inputs":[{"data":[1,2,3,4],"datatype":"FP32","shape":[1,4],)"
      R"("parameters":{},"n\u0061me":"features"}],"id":"7"})");
  EXPECT_EQ(request.id, "7");
  EXPECT_EQ(values_of<float>(request.inputs.at(0).bytes), (Floats{1, 2, 3, 4}));
}

TEST(InferReader, IgnoresUnknownKeysThatAreJson) {
  const InferRequest request = read_iris(
      iris_request(R"(,"model_name":"other","x":{"a":[1,2.5e3,null,true,"\n",{"b":[]}]})"));
  EXPECT_EQ(request.inputs.size(), 1U);
}

TEST(InferReader, ReadsNotFiniteTokens) {
  const InferRequest request = read_iris(iris_request("", "[NaN,Infinity,-Infinity,[-0.0]]"));
  const Floats values = values_of<float>(request.inputs.at(0).bytes);
  EXPECT_TRUE(std::isnan(values.at(0)));
  EXPECT_EQ(values.at(1), std::numeric_limits<float>::infinity());
  EXPECT_EQ(values.at(2), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::signbit(values.at(3)));
}

TEST(InferReader, ReadsEveryKindOfElement) {
  EXPECT_EQ(read_plain(Datatype::bool_, "[true,false]", 2), bytes_of<std::uint8_t>({1, 0}));
  EXPECT_EQ(read_plain(Datatype::uint8, "[0,255]", 2), bytes_of<std::uint8_t>({0, 255}));
  EXPECT_EQ(read_plain(Datatype::int16, "[-32768,32767]", 2),
            bytes_of<std::int16_t>({-32768, 32767}));
  EXPECT_EQ(read_plain(Datatype::uint64, "[18446744073709551615]", 1),
            bytes_of<std::uint64_t>({18446744073709551615U}));
  EXPECT_EQ(read_plain(Datatype::fp64, "[0.1,1e308]", 2), bytes_of<double>({0.1, 1e308}));
}

TEST(InferReader, ReadsStringsWithEscapesAndSurrogates) {
  EXPECT_EQ(
      read_plain(Datatype::bytes, R"(["","a\"\\\/\b\f\n\r\tz",["\u00e4ö\ud83d\ude00\u0000"]])", 3),
      bytes_of_strings({"", "a\"\\/\b\f\n\r\tz", std::string("äö😀\0", 9)}));
}

TEST(InferReader, AZeroSizedTensorHasNoBytes) {
  const InferRequest request = read_iris(iris_request("", "[]", "[0,4]"));
  EXPECT_TRUE(request.inputs.at(0).present);
  EXPECT_TRUE(request.inputs[0].bytes.empty());
  EXPECT_EQ(request.rows, 0);
}

TEST(InferReader, AsksForAllOutputsInTheModelsOrderByDefault) {
  const InferRequest request = read_iris(iris_request());
  ASSERT_EQ(request.outputs.size(), 2U);
  EXPECT_EQ(request.outputs[0].index, 0U);
  EXPECT_EQ(request.outputs[1].index, 1U);
  EXPECT_FALSE(request.outputs[0].binary);
}

TEST(InferReader, KeepsTheCallersOrderOfOutputsAndTheirParameters) {
  const InferRequest request = read_iris(iris_request(
      R"(,"parameters":{"binary_data_output":true},"outputs":[{"name":"scores",)"
      R"("parameters":{"classification":2,"binary_data":false}},{"name":"label","parameters":{}}])"));
  ASSERT_EQ(request.outputs.size(), 2U);
  EXPECT_EQ(request.outputs[0].index, 1U);
  EXPECT_EQ(request.outputs[0].classification, 2);
  EXPECT_FALSE(request.outputs[0].binary);
  EXPECT_EQ(request.outputs[1].index, 0U);
  EXPECT_TRUE(request.outputs[1].binary);
}

TEST(InferReader, KeepsParametersButTheReservedOnes) {
  const InferRequest request = read_iris(iris_request(
      R"(,"parameters":{"a":true,"b":-3,"c":18446744073709551615,"d":1.5,"e":"x","timeout":2500,)"
      R"("priority":1,"sequence_id":0,"sequence_start":false,"binary_data_output":false})"));
  const Parameters expected = {{"a", true},
                               {"b", std::int64_t{-3}},
                               {"c", std::uint64_t{18446744073709551615U}},
                               {"d", 1.5},
                               {"e", std::string("x")}};
  EXPECT_EQ(request.parameters, expected);
  EXPECT_EQ(request.timeout, std::chrono::microseconds(2500));
}

TEST(InferReader, ATimeoutBeyondAllDeadlinesDoesNotOverflow) {
  const InferRequest request =
      read_iris(iris_request(R"(,"parameters":{"timeout":18446744073709551615})"));
  EXPECT_GT(request.timeout, seconds(100'000));
}

TEST(InferReader, BinaryInputsAreViewsIntoTheBodyInTheOrderOfInputs) {
  Signature signature;
  signature.inputs = {{"a", Datatype::uint8, {-1}, false, {}},
                      {"b", Datatype::bytes, {-1}, false, {}},
                      {"c", Datatype::int16, {-1}, true, {}},
                      {"d", Datatype::uint8, {-1}, false, {}}};
  signature.outputs = {{"y", Datatype::uint8, {-1}, false, {}}};
  const std::string json =
      R"({"inputs":[{"name":"d","shape":[2],"datatype":"UINT8","parameters":{"binary_data_size":2}},)"
      R"({"name":"a","shape":[1],"datatype":"UINT8","data":[9]},)"
      R"({"name":"b","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":11}}]})";
  auto body = body_of(json + "\x01\x02" + std::string("\x03\0\0\0abc\0\0\0\0", 11));
  body->reserve(body->size() + 64);
  const char* const begin = body->data();
  const auto request = read_infer(std::move(body), json.size(), signature);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(values_of<std::uint8_t>(request->inputs[0].bytes), (std::vector<std::uint8_t>{9}));
  EXPECT_FALSE(request->inputs[2].present);
  EXPECT_EQ(values_of<std::uint8_t>(request->inputs[3].bytes), (std::vector<std::uint8_t>{1, 2}));
  EXPECT_EQ(static_cast<const void*>(request->inputs[3].bytes.data()), begin + json.size());
  EXPECT_EQ(static_cast<const void*>(request->inputs[1].bytes.data()), begin + json.size() + 2);
}

TEST(InferReader, MovingTheRequestKeepsItsBytes) {
  InferRequest request = read_iris(iris_request());
  const InferRequest moved = std::move(request);
  EXPECT_EQ(values_of<float>(moved.inputs.at(0).bytes), (Floats{1, 2, 3, 4}));
}

TEST(InferReader, ARawRequestIsTheOnlyInputsBytesAndAnswersBinary) {
  const std::vector<std::byte> sent = bytes_of(Floats{1, 2, 3, 4});
  const std::string_view text(reinterpret_cast<const char*>(sent.data()), sent.size());
  const auto request = read_infer(body_of(text), 0, iris_signature());
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->inputs[0].shape, (Shape{1, 4}));
  EXPECT_EQ(values_of<float>(request->inputs[0].bytes), (Floats{1, 2, 3, 4}));
  ASSERT_EQ(request->outputs.size(), 2U);
  EXPECT_TRUE(request->outputs[0].binary);
}

TEST(InferReader, ARawRequestComputesTheOneFreeDimension) {
  const auto request =
      read_infer(body_of("abcdefgh"), 0, plain_signature(Datatype::uint8, {2, -1, 2}));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->inputs[0].shape, (Shape{2, 2, 2}));
  const auto two_free = read_infer(body_of("ab"), 0, plain_signature(Datatype::uint8, {-1, -1}));
  ASSERT_FALSE(two_free);
  EXPECT_EQ(two_free.error().message,
            "input \"x\": a raw request needs an input with at most one free dimension, \"x\" is "
            "[-1,-1]; send the shape as JSON");
}

TEST(InferReader, ARawRequestForBytesIsOneStringWithoutALength) {
  const auto request = read_infer(body_of("hello"), 0, plain_signature(Datatype::bytes, {-1}));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->inputs[0].shape, (Shape{1}));
  EXPECT_TRUE(std::ranges::equal(request->inputs[0].bytes, bytes_of_strings({"hello"})));
}

TEST(InferReader, RowsOfAllInputsMustAgreeWhereTheModelBatches) {
  Signature signature = plain_signature(Datatype::uint8, {-1});
  signature.inputs.push_back({"z", Datatype::uint8, {-1}, false, {}});
  signature.max_batch = 4;
  const std::string text = R"({"inputs":[{"name":"x","shape":[2],"datatype":"UINT8","data":[1,2]},)"
                           R"({"name":"z","shape":[3],"datatype":"UINT8","data":[1,2,3]}]})";
  const auto request = read_infer(body_of(text), std::nullopt, signature);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().message,
            "input \"z\" has 3 rows, input \"x\" has 2; the model takes x UINT8[-1], z UINT8[-1] "
            "-> y UINT8[-1]");
  signature.max_batch = 0;
  const auto whole = read_infer(body_of(text), std::nullopt, signature);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->rows, 1);
}

TEST(InferReader, NamesTheLimitOfTheJson) {
  InferLimits limits;
  limits.max_json_bytes = 10;
  const auto request = read_infer(body_of(iris_request()), std::nullopt, iris_signature(), limits);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, Code::too_large);
  EXPECT_EQ(request.error().message,
            "the JSON of the request has 81 bytes, the limit is 10; send large tensors as binary "
            "data (\"binary_data_size\")");
}

}  // namespace
}  // namespace glowplug::front::oip
