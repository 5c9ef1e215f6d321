#include "optimize/native/compile.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "engine/native/plan.h"
#include "engine/testing/conformance.h"
#include "engine/testing/tensors.h"
#include "optimize/native/testing/compiling_engine.h"

namespace glowplug::optimize::native {
namespace {

using engine::testing::Adapter;
using testing::CompilingEngine;

std::filesystem::path fixture_path(const std::string& fixture) {
  return std::filesystem::path(GLOWPLUG_TEST_MODELS) / (fixture + ".onnx");
}
std::filesystem::path native_path(const std::string& name) {
  return std::filesystem::path(GLOWPLUG_TEST_MODELS) / "native" / (name + ".onnx");
}
Result<std::unique_ptr<engine::Engine>> open_compiling() {
  return std::unique_ptr<engine::Engine>(std::make_unique<CompilingEngine>());
}

std::string reason(const std::filesystem::path& model) {
  const auto compiled = CompilingEngine::compile_file(model);
  return compiled ? "" : compiled.error().message;
}

TEST(Compile, NamesTheOperatorThatTheEngineDoesNotHave) {
  EXPECT_EQ(reason(fixture_path("slow")), "operator EyeLike");
}

TEST(Compile, NamesTheTypeThatTheEngineDoesNotHave) {
  EXPECT_EQ(reason(fixture_path("identity_fp16")), "\"x\" of FP16");
}

TEST(Compile, RefusesWeightsInAnotherFile) {
  EXPECT_EQ(reason(fixture_path("external")), "tensor \"w\" lies in another file");
}

TEST(Compile, GivesTheSameBytesEachTime) {
  const auto first = CompilingEngine::compile_file(native_path("random_forest"));
  const auto second = CompilingEngine::compile_file(native_path("random_forest"));
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second);
}

/// Names of the operations of a plan.
std::vector<std::uint16_t> opcodes(const std::filesystem::path& model) {
  const auto folder = TemporaryFolder::create();
  const auto file = folder ? CompilingEngine().prepare(model, folder->path()) : folder.error();
  if (!file) return {};
  const auto mapped = MappedFile::open(folder->path() / *file);
  const auto plan = engine::native::Plan::read(mapped->bytes());
  std::vector<std::uint16_t> found;
  for (const auto& operation : plan->operations()) found.push_back(operation.opcode);
  return found;
}
std::vector<std::uint16_t> numbers(const std::vector<Opcode>& list) {
  std::vector<std::uint16_t> found;
  for (const Opcode opcode : list) found.push_back(static_cast<std::uint16_t>(opcode));
  return found;
}

TEST(Compile, FoldsBiasClampAndBatchNormalizationIntoTheProductBefore) {
  EXPECT_EQ(opcodes(native_path("op_mlp")),
            numbers({Opcode::gemm, Opcode::gemm, Opcode::gemm, Opcode::softmax}));
  EXPECT_EQ(opcodes(native_path("op_gemm_batch_normalization")), numbers({Opcode::gemm}));
  EXPECT_EQ(opcodes(native_path("op_conv_batch_normalization")), numbers({Opcode::convolution}));
}

TEST(Compile, LeavesAProductThatOthersUseAsItIs) {
  EXPECT_EQ(opcodes(native_path("op_matmul_twice_used")),
            numbers({Opcode::gemm, Opcode::unary, Opcode::binary}));
}

TEST(NativeEngine, StandsForItselfInAPreparedFormsTarget) {
  EXPECT_EQ(sha256_hex("glowplug native plan-1"), engine::native::kEngineSha256);
}

}  // namespace
}  // namespace glowplug::optimize::native

namespace glowplug::engine::testing {
INSTANTIATE_TEST_SUITE_P(Native, EngineConformance,
                         ::testing::Values(Adapter{"Native", optimize::native::open_compiling,
                                                   optimize::native::fixture_path}));
}  // namespace glowplug::engine::testing
