#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/engine.h"
#include "engine/testing/memory_sink.h"
#include "model/runner.h"

namespace glowplug::optimize::testing {

/// Things that tests let go wrong.
struct Faults {
  /// Called with the answers of each run before they are given.
  std::function<void(bool prepared, std::vector<Tensor>& answers)> alter_answers;
  std::optional<Error> run;                       ///< every run fails with it
  std::optional<std::int64_t> refuse_rows_above;  ///< runs with more rows are refused
  std::optional<Error> prepare;                   ///< `prepare` fails with it
  std::optional<Error> open_prepared;             ///< opening a prepared form fails with it
};

/// A Runner in this process: the engine's session, without the sandbox that instances/ adds.
class InProcessRunner final : public Runner {
 public:
  InProcessRunner(std::unique_ptr<engine::Session> session, bool prepared, const Faults& faults)
      : session_(std::move(session)), prepared_(prepared), faults_(faults) {}
  [[nodiscard]] const Signature& signature() const override { return session_->signature(); }
  [[nodiscard]] std::string engine_version() const override { return "1.2.3"; }
  [[nodiscard]] Result<std::vector<Tensor>> run(
      std::span<const std::optional<Tensor>> inputs) override {
    if (faults_.run) return *faults_.run;
    for (const auto& input : inputs) {
      if (faults_.refuse_rows_above && input && input->shape[0] > *faults_.refuse_rows_above)
        return Error{Code::invalid_argument, "too many rows", {}};
    }
    std::vector<std::optional<TensorView>> views;
    for (const auto& input : inputs)
      views.push_back(input ? std::optional(input->view()) : std::nullopt);
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < signature().outputs.size(); ++i) wanted.push_back(i);
    engine::testing::MemorySink sink;
    GLOWPLUG_TRY(session_->run(views, wanted, sink));
    std::vector<Tensor> answers;
    for (auto& [index, tensor] : sink.outputs) answers.push_back(std::move(tensor));
    if (faults_.alter_answers) faults_.alter_answers(prepared_, answers);
    return answers;
  }

 private:
  const std::unique_ptr<engine::Session> session_;
  const bool prepared_;
  const Faults& faults_;
};

/// `engine` must outlive the object and its runners.
class InProcessRunners final : public RunnerFactory {
 public:
  explicit InProcessRunners(engine::Engine& engine) : engine_(engine) {}
  [[nodiscard]] Result<std::unique_ptr<Runner>> open(const ModelSource& source) override {
    if (source.prepared && faults.open_prepared) return *faults.open_prepared;
    GLOWPLUG_ASSIGN(auto session,
                    engine_.open(source.model, {.threads = 1, .prepared = source.prepared}));
    return std::unique_ptr<Runner>(
        std::make_unique<InProcessRunner>(std::move(session), source.prepared, faults));
  }
  [[nodiscard]] Result<std::string> prepare(const ModelSource& source,
                                            const std::filesystem::path& into) override {
    if (faults.prepare) return *faults.prepare;
    return engine_.prepare(source.model, into);
  }

  Faults faults;

 private:
  engine::Engine& engine_;
};

}  // namespace glowplug::optimize::testing
