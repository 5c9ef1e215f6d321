#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "engine/testing/conformance.h"
#include "engine/testing/fake_engine.h"
#include "engine/testing/tensors.h"

namespace glowplug::engine::testing {
namespace {

Adapter fake_adapter() {
  return {.name = "Fake",
          .open = [] { return Result<std::unique_ptr<Engine>>(make_fake_engine()); },
          .model =
              [](const std::string& fixture) {
                return std::filesystem::path(GLOWPLUG_TEST_MODELS) / (fixture + ".onnx");
              }};
}
INSTANTIATE_TEST_SUITE_P(Fake, EngineConformance, ::testing::Values(fake_adapter()));

Outputs one_output() { return {{0, fp32({1}, {2})}}; }
Result<Outputs> refusal(Code code) { return Error{code, "no", {}}; }

TEST(ConformanceRule, AcceptsWhatIsDeclaredAndWorks) {
  expect_as_declared(true, one_output(), one_output());
}
TEST(ConformanceRule, AcceptsUnimplementedWhereNothingIsDeclared) {
  expect_as_declared(false, refusal(Code::unimplemented), one_output());
}
TEST(ConformanceRule, RefusesUnimplementedWhereItIsDeclared) {
  EXPECT_FATAL_FAILURE(expect_as_declared(true, refusal(Code::unimplemented), one_output()), "no");
}
TEST(ConformanceRule, RefusesWhatWorksUndeclared) {
  EXPECT_FATAL_FAILURE(expect_as_declared(false, one_output(), one_output()), "did not declare");
}
TEST(ConformanceRule, RefusesAnotherErrorWhereNothingIsDeclared) {
  EXPECT_NONFATAL_FAILURE(expect_as_declared(false, refusal(Code::internal), one_output()), "no");
}
TEST(ConformanceRule, RefusesAnotherAnswer) {
  EXPECT_NONFATAL_FAILURE(expect_as_declared(true, one_output(), {{0, fp32({1}, {3})}}),
                          "output 0");
}

}  // namespace
}  // namespace glowplug::engine::testing
