#include "model/onnx/onnx_model.h"

#include <gtest/gtest.h>

#include "model/onnx/operators.h"
#include "model/onnx/tensor_values.h"
#include "model/onnx/testing/proto_writer.h"

namespace glowplug::onnx {
namespace {

using testing::model;
using testing::node;
using testing::Proto;
using testing::tensor_value;

const std::filesystem::path kModels = GLOWPLUG_TEST_MODELS;

std::string refusal(const Proto& proto) {
  const auto read = read_model(proto.span());
  return read ? "was read" : read.error().message;
}

TEST(ReadModel, ReadsARealFile) {
  const auto file = ModelFile::open(kModels / "iris.onnx");
  ASSERT_TRUE(file) << file.error().message;
  const Model& iris = file->model();
  EXPECT_EQ(iris.opset_imports.at(""), 17);
  ASSERT_EQ(iris.graph.inputs.size(), 1U);
  EXPECT_EQ(iris.graph.inputs[0].name, "features");
  EXPECT_FALSE(iris.graph.nodes.empty());
}

TEST(ReadModel, ReadsEverythingInTheHead) {
  const Proto graph = Proto().text(2, "main").message(1, node("Relu", "x", "y"));
  const Proto proto = model(graph)
                          .text(3, "1.2")
                          .text(4, "org.example")
                          .number(5, 7)
                          .message(14, Proto().text(1, "labels").text(2, "a,b"))
                          .message(8, Proto().text(1, "ai.onnx.ml").number(2, 3));
  const auto read = read_model(proto.span());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->ir_version, 8);
  EXPECT_EQ(read->producer_name, "tests");
  EXPECT_EQ(read->producer_version, "1.2");
  EXPECT_EQ(read->domain, "org.example");
  EXPECT_EQ(read->model_version, 7);
  EXPECT_EQ(read->metadata.at("labels"), "a,b");
  EXPECT_EQ(read->opset_imports.at("ai.onnx.ml"), 3);
  EXPECT_EQ(read->graph.name, "main");
}

TEST(ReadModel, ReadsAttributesPackedAndOneByOne) {
  const Proto attribute = Proto()
                              .text(1, "a")
                              .float32(2, 0.5F)
                              .number(3, -2)
                              .text(4, "s")
                              .float32(7, 1.5F)
                              .text(7, std::string_view("\0\0\0\x40\0\0\x40\x40", 8))
                              .number(8, 4)
                              .text(8, "\x05\x06")
                              .text(9, "one")
                              .text(9, "two")
                              .number(20, 7);
  const Proto graph = Proto().message(1, node("Any", "x", "y").message(5, attribute));
  const Proto proto = model(graph);
  const auto read = read_model(proto.span());
  ASSERT_TRUE(read) << read.error().message;
  const Attribute* found = read->graph.nodes.at(0).attribute("a");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->f, 0.5F);
  EXPECT_EQ(found->i, -2);
  EXPECT_EQ(found->s, "s");
  EXPECT_EQ(found->floats, (std::vector<float>{1.5F, 2.0F, 3.0F}));
  EXPECT_EQ(found->ints, (std::vector<std::int64_t>{4, 5, 6}));
  EXPECT_EQ(found->strings, (std::vector<std::string_view>{"one", "two"}));
  EXPECT_EQ(found->type, 7);
  EXPECT_EQ(read->graph.nodes.at(0).attribute("b"), nullptr);
}

TEST(ReadModel, SaysWhatIsWrong) {
  EXPECT_EQ(refusal(Proto()), "not an ONNX model: it lacks a graph");
  EXPECT_EQ(refusal(Proto().message(7, Proto())), "not an ONNX model: it lacks an IR version");
  EXPECT_EQ(refusal(Proto().number(1, 8).message(7, Proto())),
            "not an ONNX model: it lacks an operator set");
  EXPECT_EQ(refusal(Proto().text(1, "8")),
            "not an ONNX model: field 1 has wire type 2 where 0 belongs");
  EXPECT_EQ(refusal(model(Proto().message(1, node("A", "x", "y")).text(1, "\x0A\x09"))),
            "not an ONNX model: graph: node 1: cut off: a field of 9 bytes where 0 are left");
  EXPECT_EQ(refusal(model(Proto().message(1, Proto().message(5, Proto().text(7, "123"))))),
            "not an ONNX model: graph: node 0: field 7 has 3 bytes of packed floats, which is no "
            "multiple of 4");
}

TEST(ReadModel, NamesTheFileThatIsNoModel) {
  for (const char* name : {"not_a_model.onnx", "truncated.onnx"}) {
    const auto file = ModelFile::open(kModels / name);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Code::invalid_argument);
    EXPECT_TRUE(
        file.error().message.starts_with((kModels / name).string() + ": not an ONNX model: "))
        << file.error().message;
  }
  EXPECT_EQ(ModelFile::open(kModels / "absent.onnx").error().code, Code::not_found);
}

Proto nested_graphs(int depth) {
  Proto graph = Proto().message(1, node("Relu", "x", "y"));
  for (int i = 0; i < depth; ++i) {
    const Proto branch = Proto().text(1, "then_branch").message(6, graph);
    graph = Proto().message(1, node("If", "c", "y").message(5, branch));
  }
  return graph;
}

TEST(ReadModel, BoundsGraphsInsideEachOther) {
  const Proto deepest = model(nested_graphs(31));
  EXPECT_TRUE(read_model(deepest.span()));
  EXPECT_TRUE(refusal(model(nested_graphs(32))).ends_with("more than 32 graphs inside each other"));
}

TEST(OperatorsOf, CountsSubgraphsAndFunctions) {
  const Proto function =
      Proto().text(1, "Twice").text(10, "local").message(7, node("Add", "x,x", "y"));
  const Proto proto = model(nested_graphs(2)).message(25, function);
  const auto read = read_model(proto.span());
  ASSERT_TRUE(read) << read.error().message;
  const std::map<OperatorName, std::size_t> expected = {
      {{"ai.onnx", "Add"}, 1}, {{"ai.onnx", "If"}, 2}, {{"ai.onnx", "Relu"}, 1}};
  EXPECT_EQ(operators_of(*read), expected);
}

/// The first initializer; its values lie in `holder`.
TensorProto tensor_in(const Proto& holder) {
  auto read = read_model(holder.span());
  return std::move(read->graph.initializers.at(0));
}

TEST(TensorValues, ReadsRawAndPackedIntegers) {
  const Proto raw =
      Proto().number(1, 2).number(2, 6).text(9, std::string_view("\x05\0\0\0\xFF\xFF\xFF\xFF", 8));
  const Proto raw_model = model(Proto().message(5, raw));
  EXPECT_EQ(*integer_values(tensor_in(raw_model)), (std::vector<std::int64_t>{5, -1}));
  const Proto packed = Proto().text(1, "\x03").number(2, 7).text(7, "\x01\x02\x03");
  const Proto packed_model = model(Proto().message(5, packed));
  EXPECT_EQ(*integer_values(tensor_in(packed_model)), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(TensorValues, RefusesWhatDisagrees) {
  const Proto few = Proto().text(8, "t").number(1, 2).number(2, 7).text(7, "\x01");
  const Proto few_model = model(Proto().message(5, few));
  EXPECT_EQ(integer_values(tensor_in(few_model)).error().message,
            "tensor \"t\" has 1 values where its dimensions say 2");
  EXPECT_EQ(string_values(tensor_in(few_model)).error().code, Code::unimplemented);
}

}  // namespace
}  // namespace glowplug::onnx
