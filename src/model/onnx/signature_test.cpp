#include "model/onnx/signature.h"

#include <gtest/gtest.h>

#include "model/onnx/testing/proto_writer.h"

namespace glowplug::onnx {
namespace {

using testing::model;
using testing::Proto;
using testing::tensor_value;

const std::filesystem::path kFixtures = GLOWPLUG_TEST_MODELS;

Result<Signature> signature_in(const Proto& proto) {
  const auto read = read_model(proto.span());
  EXPECT_TRUE(read) << read.error().message;
  return signature_of_onnx(*read);
}

std::string described(const std::string& file) {
  const auto opened = ModelFile::open(kFixtures / file);
  if (!opened) return opened.error().message;
  const auto signature = signature_of_onnx(opened->model());
  return signature ? signature->describe() : signature.error().message;
}

TEST(SignatureOfOnnx, ReadsRealFiles) {
  EXPECT_EQ(described("iris.onnx"),
            "features FP32[-1,4] -> label BYTES[-1], probabilities FP32[-1,3]");
  EXPECT_EQ(described("scalar.onnx"), "x FP32[] -> y FP32[]");
  EXPECT_EQ(described("identity_bf16.onnx"), "x BF16[-1,-1] -> y BF16[-1,-1]");
  EXPECT_EQ(described("identity_bool.onnx"), "x BOOL[-1,-1] -> y BOOL[-1,-1]");
  EXPECT_EQ(described("add_subtract.onnx"),
            "a FP32[-1,4], b FP32[-1,4] -> sum FP32[-1,4], difference FP32[-1,4]");
}

TEST(SignatureOfOnnx, TakesAnInputWithAnInitializerAsOptional) {
  EXPECT_EQ(described("optional_input.onnx"), "x FP32[-1,2], offset FP32[2]? -> y FP32[-1,2]");
}

TEST(SignatureOfOnnx, LeavesOutWeightsThatOldFilesListAsInputs) {
  const Proto graph = Proto()
                          .message(5, Proto().text(8, "w"))
                          .message(11, tensor_value("x", 1, {-1, 2}))
                          .message(11, tensor_value("w", 1, {2}))
                          .message(12, tensor_value("y", 1, {-1, 2}));
  EXPECT_EQ(signature_in(model(graph, 3))->describe(), "x FP32[-1,2] -> y FP32[-1,2]");
  EXPECT_EQ(signature_in(model(graph, 4))->describe(), "x FP32[-1,2], w FP32[2]? -> y FP32[-1,2]");
}

TEST(SignatureOfOnnx, RefusesSequencesByNameWithAdvice) {
  const auto opened = ModelFile::open(kFixtures / "iris_zipmap.onnx");
  ASSERT_TRUE(opened);
  const auto signature = signature_of_onnx(opened->model());
  ASSERT_FALSE(signature);
  EXPECT_EQ(signature.error().code, Code::unimplemented);
  EXPECT_EQ(signature.error().message, "output \"scores\" is a sequence; expected a tensor");
  EXPECT_NE(signature.error().fix.find("\"zipmap\": False"), std::string::npos);
}

Proto value_of_kind(std::uint32_t kind) {
  return Proto().text(1, "v").message(2, Proto().message(kind, Proto()));
}

TEST(SignatureOfOnnx, RefusesWhatTheProtocolCannotCarry) {
  const std::pair<Proto, const char*> refusals[] = {
      {value_of_kind(5), "output \"v\" is a map; expected a tensor"},
      {value_of_kind(7), "output \"v\" is of an opaque type; expected a tensor"},
      {value_of_kind(8), "output \"v\" is a sparse tensor; expected a dense one"},
      {value_of_kind(9), "output \"v\" is an optional value; expected a tensor"},
      {Proto().text(1, "v"), "output \"v\" has no type"},
      {Proto().text(2, ""), "an output has no readable name"},
      {Proto().text(1, "\xFF"), "an output has no readable name"},
      {tensor_value("v", 17, {1}),
       "output \"v\" has ONNX element type 17, which the Open Inference Protocol does not carry"},
      {tensor_value("v", 14, {1}),
       "output \"v\" has ONNX element type 14, which the Open Inference Protocol does not carry"},
      {Proto().text(1, "v").message(2, Proto().message(1, Proto().number(1, 1))),
       "output \"v\" does not say how many dimensions it has"},
  };
  for (const auto& [output, message] : refusals) {
    const auto signature = signature_in(model(Proto().message(12, output)));
    ASSERT_FALSE(signature) << message;
    EXPECT_EQ(signature.error().message, message);
  }
}

TEST(SignatureOfOnnx, RefusesBrokenSignatures) {
  EXPECT_EQ(signature_in(model(Proto())).error().message, "the model has no output");
  const Proto twice =
      Proto().message(12, tensor_value("y", 1, {1})).message(12, tensor_value("y", 1, {1}));
  EXPECT_EQ(signature_in(model(twice)).error().message, "output \"y\" stands twice");
  const Proto dimension = Proto().message(1, Proto().number(1, -7));
  const Proto negative = Proto().text(1, "y").message(
      2, Proto().message(1, Proto().number(1, 1).message(2, dimension)));
  EXPECT_EQ(signature_in(model(Proto().message(12, negative))).error().message,
            "output \"y\" has a dimension of -7");
}

}  // namespace
}  // namespace glowplug::onnx
