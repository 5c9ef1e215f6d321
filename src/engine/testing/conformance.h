#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace glowplug::engine::testing {

/// One adapter under test. Each case asks `model` for a fixture by its bare name ("identity_fp32")
/// and gets the path of that model in the adapter's own format.
struct Adapter {
  std::string name;
  std::function<Result<std::unique_ptr<Engine>>()> open;
  std::function<std::filesystem::path(const std::string& fixture)> model;
};
/// GoogleTest finds it by this name.
inline void PrintTo(const Adapter& adapter, std::ostream* out) {  // NOLINT(*-identifier-naming)
  *out << adapter.name;
}

/// The outputs of a run by index.
using Outputs = std::map<std::size_t, Tensor>;
/// Runs `session` once on `inputs`; all outputs if `wanted` is empty.
[[nodiscard]] Result<Outputs> run_once(Session& session,
                                       const std::vector<std::optional<Tensor>>& inputs,
                                       std::vector<std::size_t> wanted = {});
/// The rule of the suite: `got` is `expected` where the adapter declared what the case needs, and
/// `unimplemented` where it did not.
void expect_as_declared(bool declared, const Result<Outputs>& got, const Outputs& expected);

/// What every engine adapter must do (engine/engine.h). A case passes, or the adapter answers
/// `unimplemented` exactly where its Capabilities say so; answering `unimplemented` where it
/// declared the capability fails, and so does working where it did not.
///
///     INSTANTIATE_TEST_SUITE_P(OnnxRuntime, EngineConformance, ::testing::Values(adapter));
///
/// The fixtures are listed in tests/models/README.md.
class EngineConformance : public ::testing::TestWithParam<Adapter> {
 protected:
  void SetUp() override;

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const Capabilities& can() const { return engine_->capabilities(); }
  [[nodiscard]] bool has(Datatype datatype) const;
  [[nodiscard]] std::filesystem::path model(const std::string& fixture) const {
    return GetParam().model(fixture);
  }
  /// Opens the fixture and runs it once.
  [[nodiscard]] Result<Outputs> answer(const std::string& fixture,
                                       const std::vector<std::optional<Tensor>>& inputs,
                                       std::vector<std::size_t> wanted = {});

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace glowplug::engine::testing
