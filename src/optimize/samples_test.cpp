#include "optimize/samples.h"

#include <gtest/gtest.h>

#include "optimize/testing/engine_test.h"

namespace glowplug::optimize {
namespace {

class Samples : public testing::EngineTest {
 protected:
  Result<SampleSet> samples_of(const std::string& name) {
    GLOWPLUG_ASSIGN(const auto runner, runners().open({model(name), "onnxruntime", false}));
    return make_samples(*runner, {}, 1);
  }
  static std::vector<std::string> names_of(const SampleSet& set) {
    std::vector<std::string> names;
    for (const AnsweredSample& sample : set.samples) names.push_back(sample.name);
    return names;
  }
};

TEST_F(Samples, OfAModelWithRowsAreOfAllKinds) {
  const auto set = samples_of("iris");
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(names_of(*set), (std::vector<std::string>{"0-unit", "1-zero", "2-wide", "3-rows"}));
  EXPECT_EQ(set->note, "");
  EXPECT_EQ(set->samples[3].inputs[0]->shape, (Shape{4, 4}));
  EXPECT_EQ(set->samples[3].answers[1].shape, (Shape{4, 3}));
}

TEST_F(Samples, OfAFixedShapeHaveThatShape) {
  const auto set = samples_of("fixed_rows");
  ASSERT_TRUE(set);
  EXPECT_EQ(names_of(*set), (std::vector<std::string>{"0-unit", "1-zero", "2-wide"}));
}

TEST_F(Samples, ThatTheModelRefusesAreLeftOutWithTheReason) {
  const auto set = samples_of("lookup");  // wide: integers to 9, beyond the table's end
  ASSERT_TRUE(set);
  EXPECT_EQ(names_of(*set), (std::vector<std::string>{"0-unit", "1-zero", "3-rows"}));
  EXPECT_TRUE(set->note.starts_with("2-wide: ")) << set->note;
  EXPECT_FALSE(set->samples.empty());
}

TEST_F(Samples, MayBeNoneAtAll) {
  runners().faults.run = Error{Code::invalid_argument, "not with me", {}};
  const auto set = samples_of("iris");
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->samples.empty());
  EXPECT_EQ(set->note, "0-unit: not with me");
}

TEST_F(Samples, EndWithAModelThatCrashes) {
  runners().faults.run = Error{Code::instance_lost, "killed by signal 11", {}};
  const auto set = samples_of("iris");
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Code::instance_lost);
}

}  // namespace
}  // namespace glowplug::optimize
