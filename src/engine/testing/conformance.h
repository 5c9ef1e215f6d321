#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "engine/engine.h"

namespace glowplug::engine::testing {

/// One adapter under test. Each case asks `model` for a fixture by its bare name ("identity_fp32")
/// and gets the path of that model in the adapter's own format.
struct Adapter {
  std::string name;
  std::function<Result<std::unique_ptr<Engine>>()> open;
  std::function<std::filesystem::path(const std::string& fixture)> model;
};
inline void PrintTo(const Adapter& adapter, std::ostream* out) { *out << adapter.name; }

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

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace glowplug::engine::testing
