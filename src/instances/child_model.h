#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/child_process.h"
#include "base/result.h"
#include "base/time.h"
#include "instances/ring/doorbell.h"
#include "instances/ring/ring.h"
#include "instances/template_process.h"
#include "model/infer_request.h"

namespace glowplug::instances {

/// A model in a template of its own with one instance, used step by step by a thread that waits for
/// each. That thread started the template and outlives it.
class ChildModel {
 public:
  /// Starts the template and waits until it has loaded. Errors: those of start_template and of the
  /// template itself; instance_lost (it died, with how); deadline_exceeded.
  [[nodiscard]] static Result<std::unique_ptr<ChildModel>> load(const TemplateLaunch& launch,
                                                                const RingSizes& sizes,
                                                                Duration limit);
  ~ChildModel();
  ChildModel(const ChildModel&) = delete;
  ChildModel& operator=(const ChildModel&) = delete;

  [[nodiscard]] const TemplateReady& ready() const { return ready_; }
  /// One run in the instance, which is forked if there is none. Errors: what the engine says;
  /// too_large; instance_lost (it crashed, or broke the rules of its ring); deadline_exceeded (it
  /// was killed). After an error the next run gets a new instance.
  [[nodiscard]] Result<std::vector<Tensor>> run(RequestKind kind,
                                                std::span<const std::optional<Tensor>> inputs,
                                                Duration limit);

 private:
  ChildModel(Doorbell doorbell, std::unique_ptr<GatewayRing> ring, TemplateProcess process)
      : doorbell_(std::move(doorbell)), ring_(std::move(ring)), process_(std::move(process)) {}
  [[nodiscard]] Result<ControlMessage> receive(Time deadline);
  [[nodiscard]] Error ended(const Error& socket_error);
  [[nodiscard]] Result<void> give_ring();
  [[nodiscard]] Result<void> fork(Time deadline);
  [[nodiscard]] Result<std::vector<Tensor>> wait_for_reply(Time deadline);
  [[nodiscard]] Error instance_ended();
  void end_instance();

  Doorbell doorbell_;
  std::unique_ptr<GatewayRing> ring_;
  TemplateProcess process_;
  TemplateReady ready_;
  std::vector<Datatype> outputs_;  // of the request under way
  pid_t pid_ = 0;
  UniqueFd pidfd_;  // of the instance; none when it has to be forked
  std::uint64_t sequence_ = 0;
};

}  // namespace glowplug::instances
