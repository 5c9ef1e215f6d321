#include "optimize/batching.h"

#include <gtest/gtest.h>

#include "engine/testing/tensors.h"
#include "optimize/testing/engine_test.h"

namespace glowplug::optimize {
namespace {

class Batching : public testing::EngineTest {
 protected:
  BatchingFinding probe(const std::string& name, const BatchLimits& limits = {}) {
    const auto runner = runners().open({model(name), "onnxruntime", false});
    EXPECT_TRUE(runner) << runner.error().message;
    auto finding = probe_batching(**runner, {}, {}, 1, limits);
    EXPECT_TRUE(finding) << finding.error().message;
    return *std::move(finding);
  }
};

TEST_F(Batching, JoinsIndependentRows) {
  for (const std::string name : {"iris", "species", "digits", "add_subtract", "identity_bytes"}) {
    const BatchingFinding finding = probe(name);
    EXPECT_EQ(finding.max_batch, 32) << name << ": " << finding.reason;
    EXPECT_LT(finding.largest_difference, 1e-5) << name;
  }
}

TEST_F(Batching, SaysWhetherRowsWereEqualToTheBit) {
  const BatchingFinding finding = probe("add_subtract");
  EXPECT_TRUE(finding.exact);
  EXPECT_EQ(finding.reason,
            "6 rows gave the same answers alone and together, whatever lay beside them");
}

TEST_F(Batching, KeepsRowsApartThatDependOnEachOther) {
  const BatchingFinding finding = probe("center");
  EXPECT_EQ(finding.max_batch, 0);
  EXPECT_TRUE(finding.reason.starts_with("several rows are answered otherwise than one alone"))
      << finding.reason;
}

/// Adds `share` of the mean of a FP32 tensor's rows to each of its elements.
void add_mean(Tensor& tensor, float share) {
  auto values = engine::testing::values_of<float>(tensor);
  float sum = 0;
  for (const float value : values) sum += value;
  for (float& value : values) value += share * sum / static_cast<float>(values.size());
  tensor.bytes = engine::testing::fp32(tensor.shape, values).bytes;
}

TEST_F(Batching, SeesASlightTraceOfTheNeighbor) {
  runners().faults.alter_answers = [](bool, std::vector<Tensor>& answers) {
    if (answers[0].shape[0] > 1) add_mean(answers[0], 1e-3F);
  };
  const BatchingFinding finding = probe("identity_fp32");
  EXPECT_EQ(finding.max_batch, 0);
  EXPECT_TRUE(finding.reason.starts_with("a row's answer depends on the row beside it"))
      << finding.reason;
}

TEST_F(Batching, TakesAnotherRoundingOfSeveralRows) {
  runners().faults.alter_answers = [](bool, std::vector<Tensor>& answers) {
    if (answers[0].shape[0] == 1) return;
    auto values = engine::testing::values_of<float>(answers[0]);
    for (float& value : values) value *= 1.001F;
    answers[0].bytes = engine::testing::fp32(answers[0].shape, values).bytes;
  };
  const BatchingFinding finding = probe("identity_fp32");
  EXPECT_EQ(finding.max_batch, 32) << finding.reason;
  EXPECT_FALSE(finding.exact);
  EXPECT_NEAR(finding.largest_difference, 1e-3, 1e-5);
}

TEST_F(Batching, NeedsAnOpenFirstDimensionEverywhere) {
  EXPECT_EQ(probe("fixed_rows").reason, "input \"x\" has no open first dimension: [1,4]");
  EXPECT_EQ(probe("scalar").reason, "input \"x\" has no open first dimension: []");
  EXPECT_EQ(probe("optional_input").reason, "input \"offset\" has no open first dimension: [2]");
  EXPECT_EQ(probe("fixed_rows").max_batch, 0);
}

TEST_F(Batching, KeepsToItsLimits) {
  EXPECT_EQ(probe("iris", {.most_rows = 8, .most_bytes = 1 << 20}).max_batch, 8);
  EXPECT_EQ(probe("digits", {.most_rows = 32, .most_bytes = 10'000}).max_batch, 3);
  EXPECT_EQ(probe("digits", {.most_rows = 32, .most_bytes = 10}).max_batch, 1);
}

TEST_F(Batching, NeedsAsManyRowsBackAsWereGiven) {
  runners().faults.alter_answers = [](bool, std::vector<Tensor>& answers) {
    if (answers[0].shape[0] > 1) {
      answers[0].shape[0] -= 1;
      answers[0].bytes.resize(answers[0].bytes.size() / 6 * 5);
    }
  };
  const BatchingFinding finding = probe("center");
  EXPECT_EQ(finding.max_batch, 0);
  EXPECT_EQ(finding.reason, "6 rows gave output \"y\" the shape [5,3]");
}

TEST_F(Batching, NeedsTwoRowsThatRun) {
  runners().faults.run = Error{Code::invalid_argument, "no", {}};
  EXPECT_EQ(probe("iris").reason, "fewer than two generated rows could be run");
}

}  // namespace
}  // namespace glowplug::optimize
