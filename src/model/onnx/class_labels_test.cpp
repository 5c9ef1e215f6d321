#include "model/onnx/class_labels.h"

#include <gtest/gtest.h>

#include "model/onnx/testing/proto_writer.h"

namespace glowplug::onnx {
namespace {

using testing::model;
using testing::node;
using testing::Proto;
using testing::tensor_value;
using Labels = std::map<std::string, std::vector<std::string>>;

constexpr std::string_view kMl = "ai.onnx.ml";

Labels labels_in(const Proto& proto) {
  const auto read = read_model(proto.span());
  EXPECT_TRUE(read) << read.error().message;
  return class_labels(*read);
}

Proto strings(std::string_view name, std::initializer_list<std::string_view> values) {
  Proto attribute = Proto().text(1, name);
  for (const std::string_view value : values) attribute.text(9, value);
  return attribute;
}
Proto integers(std::string_view name, std::initializer_list<std::int64_t> values) {
  Proto attribute = Proto().text(1, name);
  for (const std::int64_t value : values) attribute.number(8, value);
  return attribute;
}
Proto classifier(const Proto& labels) {
  return node("LinearClassifier", "x", "label,scores", kMl).message(5, labels);
}
Proto with_output(Proto graph, std::initializer_list<std::int64_t> shape = {-1, 3}) {
  return model(graph.message(12, tensor_value("probabilities", 1, shape)));
}

TEST(ClassLabels, ReadsARealClassifier) {
  const auto file = ModelFile::open(std::filesystem::path(GLOWPLUG_TEST_MODELS) / "iris.onnx");
  ASSERT_TRUE(file);
  EXPECT_EQ(class_labels(file->model()),
            (Labels{{"probabilities", {"setosa", "versicolor", "virginica"}}}));
}

TEST(ClassLabels, FollowsScoresThroughOperatorsThatKeepThem) {
  const Proto graph = Proto()
                          .message(1, classifier(strings("classlabels_strings", {"a", "b", "c"})))
                          .message(1, node("Normalizer", "scores", "n", kMl))
                          .message(1, node("Mul", "n,one", "m"))
                          .message(1, node("Cast", "m", "probabilities"))
                          .message(5, Proto().text(8, "one"));
  EXPECT_EQ(labels_in(with_output(graph)), (Labels{{"probabilities", {"a", "b", "c"}}}));
}

TEST(ClassLabels, WritesIntegerClassesAsText) {
  const Proto graph = Proto()
                          .message(1, classifier(integers("classlabels_ints", {-1, 0, 7})))
                          .message(1, node("Identity", "scores", "probabilities"));
  EXPECT_EQ(labels_in(with_output(graph)), (Labels{{"probabilities", {"-1", "0", "7"}}}));
}

TEST(ClassLabels, TakesNamesFromALabelEncoderBehindTheClassifier) {
  const Proto encoder = node("LabelEncoder", "label", "named", kMl)
                            .message(5, integers("keys_int64s", {2, 0, 1}))
                            .message(5, strings("values_strings", {"c", "a", "b"}));
  const Proto graph = Proto()
                          .message(1, classifier(integers("classlabels_ints", {0, 1, 2})))
                          .message(1, encoder)
                          .message(1, node("Identity", "scores", "probabilities"));
  EXPECT_EQ(labels_in(with_output(graph)), (Labels{{"probabilities", {"a", "b", "c"}}}));
}

TEST(ClassLabels, TakesTheConstantThatTheBestScorePicksFrom) {
  const Proto classes =
      Proto().text(8, "classes").number(1, 3).number(2, 8).text(6, "a").text(6, "b").text(6, "c");
  const Proto graph = Proto()
                          .message(5, classes)
                          .message(1, node("Softmax", "logits", "probabilities"))
                          .message(1, node("ArgMax", "probabilities", "best"))
                          .message(1, node("ArrayFeatureExtractor", "classes,best", "picked", kMl));
  EXPECT_EQ(labels_in(with_output(graph)), (Labels{{"probabilities", {"a", "b", "c"}}}));
}

TEST(ClassLabels, SaysNothingWhereTheFileDoesNotSayItPlainly) {
  const Proto three = classifier(strings("classlabels_strings", {"a", "b", "c"}));
  const Proto direct =
      Proto().message(1, three).message(1, node("Identity", "scores", "probabilities"));
  EXPECT_EQ(labels_in(with_output(direct, {-1, 2})), Labels{}) << "another number of scores";
  EXPECT_EQ(labels_in(with_output(direct, {})), Labels{}) << "a scalar";
  const Proto label = Proto().message(1, three).message(1, node("Cast", "label", "probabilities"));
  EXPECT_EQ(labels_in(with_output(label)), Labels{}) << "the label, not the scores";
  const Proto through =
      Proto().message(1, three).message(1, node("MatMul", "scores,w", "probabilities"));
  EXPECT_EQ(labels_in(with_output(through)), Labels{}) << "an operator that mixes scores";
  const Proto loop = Proto().message(1, node("Identity", "probabilities", "probabilities"));
  EXPECT_EQ(labels_in(with_output(loop)), Labels{}) << "a value made of itself";
}

}  // namespace
}  // namespace glowplug::onnx
