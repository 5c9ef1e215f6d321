#include "front/oip/infer_writer.h"

#include <gtest/gtest.h>

#include <limits>

#include "front/oip/testing.h"

namespace glowplug::front::oip {
namespace {

using testing::bytes_of;
using testing::bytes_of_strings;
using testing::header_of;
using testing::iris_signature;
using testing::joined;
using testing::plain_signature;

InferResponse response_of(std::vector<Tensor> outputs) {
  InferResponse response;
  response.outputs = std::move(outputs);
  return response;
}

Tensor labels() { return {Datatype::int64, {2}, bytes_of<std::int64_t>({0, 2})}; }
Tensor scores() {
  return {Datatype::fp32, {2, 3}, bytes_of<float>({0.9F, 0.1F, 0, 0.25F, 0.25F, 0.5F})};
}

InferRequest request_for(std::vector<RequestedOutput> outputs, std::string id = "") {
  InferRequest request;
  request.id = std::move(id);
  request.outputs = std::move(outputs);
  return request;
}

/// The answer for the one output "y" of this tensor.
Result<InferAnswer> write_plain(Tensor tensor, bool binary = false) {
  const Signature signature = plain_signature(tensor.datatype, Shape(tensor.shape.size(), -1));
  std::vector<Tensor> outputs;
  outputs.push_back(std::move(tensor));
  return write_infer(request_for({{0, binary, 0}}), response_of(std::move(outputs)), signature,
                     {"m", ""});
}

std::string json_of(Tensor tensor) {
  const auto answer = write_plain(std::move(tensor));
  EXPECT_TRUE(answer) << answer.error().message;
  if (!answer) return "";
  return answer->body.substr(answer->body.find("\"data\":"));
}

TEST(InferWriter, WritesJsonInTheOrderAskedFor) {
  const auto answer =
      write_infer(request_for({{1, false, 0}, {0, false, 0}}, "a\"b"),
                  response_of({scores(), labels()}), iris_signature(), {"iris", "3"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(
      joined(*answer),
      R"({"id":"a\"b","model_name":"iris","model_version":"3","outputs":[)"
      R"({"name":"scores","datatype":"FP32","shape":[2,3],"data":[0.9,0.1,0.0,0.25,0.25,0.5]},)"
      R"({"name":"label","datatype":"INT64","shape":[2],"data":[0,2]}]})");
  EXPECT_EQ(header_of(*answer, "Content-Type"), "application/json");
  EXPECT_EQ(header_of(*answer, "Inference-Header-Content-Length"), "");
}

TEST(InferWriter, PutsBinaryOutputsBehindTheJson) {
  const auto answer =
      write_infer(request_for({{1, false, 0}, {0, true, 0}}), response_of({scores(), labels()}),
                  iris_signature(), {"iris", "1"});
  ASSERT_TRUE(answer) << answer.error().message;
  const std::string json =
      R"({"model_name":"iris","model_version":"1","outputs":[)"
      R"({"name":"scores","datatype":"FP32","shape":[2,3],"data":[0.9,0.1,0.0,0.25,0.25,0.5]},)"
      R"({"name":"label","datatype":"INT64","shape":[2],"parameters":{"binary_data_size":16}}]})";
  EXPECT_EQ(joined(*answer), json + std::string("\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16));
  EXPECT_EQ(header_of(*answer, "Content-Type"), "application/octet-stream");
  EXPECT_EQ(header_of(*answer, "Inference-Header-Content-Length"), std::to_string(json.size()));
}

TEST(InferWriter, DoesNotCopyLargeBinaryTensors) {
  Tensor large{Datatype::uint8, {100'000}, std::vector<std::byte>(100'000, std::byte{7})};
  const void* const bytes = large.bytes.data();
  const auto answer = write_plain(std::move(large), true);
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->pieces.size(), 1U);
  EXPECT_EQ(static_cast<const void*>(answer->pieces[0].bytes.data()), bytes);
  EXPECT_NE(answer->pieces[0].owner, nullptr);
}

TEST(InferWriter, KeepsTheOrderOfSmallTensorsBehindLargeOnes) {
  Signature signature = plain_signature(Datatype::uint8, {-1});
  signature.outputs.push_back({"z", Datatype::uint8, {-1}, false, {}});
  const auto answer = write_infer(
      request_for({{0, true, 0}, {1, true, 0}}),
      response_of({{Datatype::uint8, {5000}, std::vector<std::byte>(5000, std::byte{'a'})},
                   {Datatype::uint8, {2}, std::vector<std::byte>(2, std::byte{'b'})}}),
      signature, {"m", ""});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(joined(*answer).ends_with(std::string(5000, 'a') + "bb"));
}

TEST(InferWriter, EmptyBinaryOutputsNeedNoHeader) {
  const auto answer = write_plain({Datatype::fp32, {0}, {}}, true);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(joined(*answer),
            R"({"model_name":"m","outputs":[{"name":"y","datatype":"FP32","shape":[0],)"
            R"("parameters":{"binary_data_size":0}}]})");
  EXPECT_EQ(header_of(*answer, "Content-Type"), "application/json");
  EXPECT_EQ(answer->headers.size(), 1U);
}

TEST(InferWriter, WritesEachKindOfElement) {
  using Limits = std::numeric_limits<float>;
  EXPECT_EQ(json_of({Datatype::bool_, {2}, bytes_of<std::uint8_t>({1, 0})}),
            "\"data\":[true,false]}]}");
  EXPECT_EQ(json_of({Datatype::int8, {2}, bytes_of<std::int8_t>({-128, 127})}),
            "\"data\":[-128,127]}]}");
  EXPECT_EQ(json_of({Datatype::uint64, {1}, bytes_of<std::uint64_t>({~std::uint64_t{0}})}),
            "\"data\":[18446744073709551615]}]}");
  EXPECT_EQ(
      json_of({Datatype::fp32, {6}, bytes_of<float>({1, -0.0F, 0.1F, 1e30F, 1e-30F, 16777216})}),
      "\"data\":[1.0,-0.0,0.1,1e+30,1e-30,16777216.0]}]}");
  EXPECT_EQ(
      json_of({Datatype::fp32,
               {3},
               bytes_of<float>({Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()})}),
      "\"data\":[NaN,Infinity,-Infinity]}]}");
  EXPECT_EQ(json_of({Datatype::fp64, {2}, bytes_of<double>({0.1, 1e300})}),
            "\"data\":[0.1,1e+300]}]}");
  EXPECT_EQ(json_of({Datatype::bytes, {3}, bytes_of_strings({"", "ä\"\\\n", "\x01/"})}),
            "\"data\":[\"\",\"ä\\\"\\\\\\n\",\"\\u0001/\"]}]}");
  EXPECT_EQ(json_of({Datatype::fp32, {0}, {}}), "\"data\":[]}]}");
}

TEST(InferWriter, AdvisesBinaryDataForWhatHasNoJsonForm) {
  const auto half = write_plain({Datatype::fp16, {1}, bytes_of<std::uint16_t>({0x3C00})});
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().code, Code::invalid_argument);
  EXPECT_EQ(half.error().message,
            "output \"y\": FP16 has no JSON form; ask for binary data with \"parameters\": "
            "{\"binary_data\": true}");
  const auto text = write_plain({Datatype::bytes, {2}, bytes_of_strings({"a", "\xff"})});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message,
            "output \"y\": element 1 is not UTF-8 and has no JSON form; ask for binary data with "
            "\"parameters\": {\"binary_data\": true}");
  EXPECT_TRUE(write_plain({Datatype::bytes, {2}, bytes_of_strings({"a", "\xff"})}, true));
}

TEST(InferWriter, ATensorThatDoesNotFitItsShapeIsAnInternalError) {
  const auto answer = write_plain({Datatype::fp32, {2}, bytes_of<float>({1})});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::internal);
  const auto missing =
      write_infer(request_for({{0, false, 0}}), response_of({}), iris_signature(), {"iris", "1"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::internal);
}

TEST(InferWriter, ClassifiesEachRowWithLabels) {
  const auto answer = write_infer(request_for({{1, false, 2}}), response_of({scores()}),
                                  iris_signature(), {"iris", "1"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(joined(*answer),
            R"({"model_name":"iris","model_version":"1","outputs":[{"name":"scores",)"
            R"("datatype":"BYTES","shape":[2,2],"data":["0.900000:0:setosa",)"
            R"("0.100000:1:versicolor","0.500000:2","0.250000:0:setosa"]}]})");
}

TEST(InferWriter, ClassificationMayBeBinary) {
  const auto answer = write_infer(request_for({{1, true, 1}}), response_of({scores()}),
                                  iris_signature(), {"iris", "1"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(joined(*answer).ends_with(std::string("\x11\0\0\0", 4) + "0.900000:0:setosa" +
                                        std::string("\x0a\0\0\0", 4) + "0.500000:2"));
}

}  // namespace
}  // namespace glowplug::front::oip
