#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bundle/bundle.h"
#include "handler/table.h"
#include "model/event.h"
#include "model/runner.h"
#include "model/trace.h"

namespace glowplug::cli {

/// Runs events through a bundle's handler and model as serve does, without a server: tables and
/// records are read here, everything else inside the sandboxed child. From one thread.
class InvokedFunction {
 public:
  /// `model`: the form of the bundle to run, with its engine. Errors: those of the handler's spec
  /// and of `runners`.
  [[nodiscard]] static Result<InvokedFunction> open(const bundle::Bundle& bundle, ModelSource model,
                                                    RunnerFactory& runners);

  /// What is wrong with the event is in the answer; `trace` may be null. Errors: instance_lost,
  /// deadline_exceeded.
  [[nodiscard]] Result<EventAnswer> answer(const Event& event, bool csv, Trace* trace);

 private:
  InvokedFunction() = default;
  [[nodiscard]] Result<EventAnswer> answer_table(const Event& event, bool csv, Trace* trace);
  [[nodiscard]] Result<EventAnswer> answer_event(const Event& event, Trace* trace);

  Signature signature_;
  std::optional<handler::Table> table_;  // none: events go to the child
  std::unique_ptr<Runner> runner_;
};

}  // namespace glowplug::cli
