#include "front/inline/inline_backend.h"

#include <utility>

#include "base/check.h"
#include "engine/tensor_sink.h"
#include "front/inline/joined_inputs.h"
#include "model/event.h"

namespace glowplug::front {

InlineBackend::InlineBackend(Loop& loop, engine::Session& session, Signature signature,
                             engine::Session* events)
    : loop_(loop), session_(session), signature_(std::move(signature)), events_(events) {}

void InlineBackend::submit(Batch batch) {
  GLOWPLUG_CHECK(free_batches() > 0);
  waiting_ = std::move(batch);
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) run_waiting();
  });
}

void InlineBackend::run_waiting() {
  Batch batch = *std::exchange(waiting_, std::nullopt);
  Batch::Outcome outcome = run(batch);
  const std::weak_ptr<bool> alive = alive_;
  batch.done(std::move(outcome));
  if (!alive.expired() && on_room_) on_room_();
}

Batch::Outcome InlineBackend::run(const Batch& batch) {
  const bool is_event = batch.kind == RequestKind::event;
  GLOWPLUG_CHECK(!is_event || events_ != nullptr);
  engine::Session& session = is_event ? *events_ : session_;
  const JoinedInputs inputs(batch, signature_of(batch.kind, signature_));
  engine::TensorSink sink(batch.wanted.size());
  Batch::Outcome outcome;
  const auto report = session.run(inputs.views(), batch.wanted, sink);
  if (!report) {
    outcome.outputs = report.error();
    return outcome;
  }
  outcome.outputs = sink.take();
  outcome.timing = {nanoseconds(report->input_ns), nanoseconds(report->run_ns),
                    nanoseconds(report->output_ns)};
  return outcome;
}

}  // namespace glowplug::front
