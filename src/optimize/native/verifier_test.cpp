// The engine's verifier on plans of real models: whole ones run, broken ones do no harm.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "engine/native/plan_format.h"
#include "engine/native/testing/run_plan.h"
#include "engine/native/trees.h"
#include "optimize/native/testing/compiling_engine.h"

namespace glowplug::optimize::native {
namespace {

using engine::native::Header;
using engine::native::kBaselineKernels;
using engine::native::OperationRecord;
using engine::native::TreeNode;
using engine::native::ValueRecord;
using engine::native::testing::open_and_run;

std::vector<std::byte> plan_of(const std::string& name) {
  const auto path = std::filesystem::path(GLOWPLUG_TEST_MODELS) / "native" / (name + ".onnx");
  auto plan = testing::CompilingEngine::compile_file(path, true);
  EXPECT_TRUE(plan) << name << ": " << plan.error().message;
  return plan ? *std::move(plan) : std::vector<std::byte>();
}

Result<void> opened(std::span<const std::byte> plan) {
  const engine::native::testing::AlignedBytes bytes(plan);
  auto session = engine::native::NativeSession::of_bytes(bytes.bytes(), kBaselineKernels);
  return session ? Result<void>() : std::move(session).error();
}

std::string refusal(std::span<const std::byte> plan) {
  const auto done = opened(plan);
  return done ? "" : done.error().message;
}

template <class T>
T read_at(const std::vector<std::byte>& plan, std::size_t at) {
  T value;
  std::memcpy(&value, plan.data() + at, sizeof value);
  return value;
}
template <class T>
void write_at(std::vector<std::byte>& plan, std::size_t at, const T& value) {
  std::memcpy(plan.data() + at, &value, sizeof value);
}

std::size_t value_at(std::size_t index) { return sizeof(Header) + index * sizeof(ValueRecord); }

/// Offset of the first constant of raw bytes: the nodes of the trees.
std::size_t nodes_of(const std::vector<std::byte>& plan) {
  const auto header = read_at<Header>(plan, 0);
  for (std::size_t i = 0; i < header.value_count; ++i) {
    const auto value = read_at<ValueRecord>(plan, value_at(i));
    if (value.element == engine::native::Element::raw) return value.data_offset;
  }
  return 0;
}

TEST(Verifier, TakesWholePlans) {
  for (const char* name : {"random_forest", "mlp_three", "columns_ordinal", "op_conv_groups"})
    EXPECT_TRUE(open_and_run(plan_of(name), kBaselineKernels)) << name;
}

TEST(Verifier, RefusesEveryPlanThatIsCutOff) {
  const auto plan = plan_of("logistic_regression");
  for (std::size_t size = 0; size < plan.size(); ++size)
    EXPECT_FALSE(opened(std::span(plan).first(size))) << size;
}

TEST(Verifier, RefusesAPlanOfAnotherVersionWithAdvice) {
  auto plan = plan_of("logistic_regression");
  write_at<std::uint32_t>(plan, offsetof(Header, version), 2);
  const auto done = opened(plan);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::failed_precondition);
  EXPECT_EQ(done.error().message, "a plan of version 2; this program runs version 1");
}

TEST(Verifier, RefusesATreeThatGoesBack) {
  auto plan = plan_of("random_forest");
  const std::size_t nodes = nodes_of(plan);
  auto root = read_at<TreeNode>(plan, nodes);
  root.child = 0;
  write_at(plan, nodes, root);
  EXPECT_NE(refusal(plan).find("tree 0, node 0: child 0"), std::string::npos) << refusal(plan);
}

TEST(Verifier, RefusesATreeThatLooksBeyondTheColumns) {
  auto plan = plan_of("random_forest");
  const std::size_t nodes = nodes_of(plan);
  auto root = read_at<TreeNode>(plan, nodes);
  root.feature = 60000;
  write_at(plan, nodes, root);
  EXPECT_NE(refusal(plan).find("feature 60000 of"), std::string::npos) << refusal(plan);
}

TEST(Verifier, RefusesAConstantOutsideOfTheFile) {
  auto plan = plan_of("random_forest");
  const auto header = read_at<Header>(plan, 0);
  for (std::size_t i = 0; i < header.value_count; ++i) {
    auto value = read_at<ValueRecord>(plan, value_at(i));
    if (value.role != engine::native::Role::constant) continue;
    value.data_offset = (plan.size() + 63) / 64 * 64;
    auto broken = plan;
    write_at(broken, value_at(i), value);
    EXPECT_NE(refusal(broken).find("outside of the file"), std::string::npos) << i;
  }
}

TEST(Verifier, RefusesAValueUsedBeforeItIsComputed) {
  auto plan = plan_of("mlp_three");
  const auto header = read_at<Header>(plan, 0);
  const std::size_t operations = value_at(header.value_count);
  auto first = read_at<OperationRecord>(plan, operations);
  const auto second = read_at<OperationRecord>(plan, operations + sizeof(OperationRecord));
  first.first_operand = second.first_operand;
  write_at(plan, operations, first);
  EXPECT_NE(refusal(plan).find("not there yet"), std::string::npos) << refusal(plan);
}

/// Random changes of real plans; AddressSanitizer is the judge. The fuzzer native_plan goes
/// further.
TEST(Verifier, ChangedPlansDoNoHarm) {
  std::mt19937 random(1);
  std::size_t ran = 0;
  for (const char* name : {"random_forest", "mlp_three", "columns_ordinal", "op_conv_groups",
                           "op_shape_fill", "op_slice", "op_average_pool", "gaussian_nb"}) {
    const auto whole = plan_of(name);
    const auto header = read_at<Header>(whole, 0);
    const std::size_t tables = value_at(header.value_count) +
                               header.operation_count * sizeof(OperationRecord) +
                               header.operand_count * 4 + header.parameter_count * 8;
    for (int round = 0; round < 400; ++round) {
      auto plan = whole;
      for (std::size_t change = random() % 3 + 1; change > 0; --change) {
        // Behind magic, version, flags and size.
        const std::size_t end = random() % 2 == 0 ? tables : plan.size();
        plan[24 + random() % (end - 24)] = static_cast<std::byte>(random() % 3 == 0   ? 0xFF
                                                                  : random() % 2 == 0 ? random() % 8
                                                                                      : random());
      }
      if (open_and_run(plan, kBaselineKernels)) ++ran;
    }
  }
  EXPECT_GT(ran, 100U) << "changes that are all refused try nothing";
}

}  // namespace
}  // namespace glowplug::optimize::native
