#include "handler/event_session.h"

#include <cstring>

#include "handler/answer.h"

namespace glowplug::handler {

Result<void> give_answers(const std::vector<EventAnswer>& answers,
                          std::span<const std::size_t> wanted, engine::OutputSink& sink) {
  const std::vector<Tensor> outputs = tensors_of(answers);
  for (const std::size_t index : wanted) {
    const Tensor& output = outputs.at(index);
    GLOWPLUG_ASSIGN(const std::span<std::byte> room,
                    sink.output(index, output.datatype, output.shape, output.bytes.size()));
    if (!room.empty()) std::memcpy(room.data(), output.bytes.data(), room.size());
  }
  return {};
}

Result<engine::RunReport> EventSession::run(std::span<const std::optional<TensorView>> inputs,
                                            std::span<const std::size_t> wanted,
                                            engine::OutputSink& sink) {
  const Time begun = Clock::now();
  GLOWPLUG_ASSIGN(const std::vector<Event> events, events_in(inputs));
  const bool traced = events.size() == 1 && wants_trace(events[0].context);
  Trace trace;
  GLOWPLUG_ASSIGN(std::vector<EventAnswer> answers,
                  handler_->answer(events, model_, traced ? &trace : nullptr));
  if (traced) answers[0].trace = to_json_text(trace);
  const Time answered = Clock::now();
  GLOWPLUG_TRY(give_answers(answers, wanted, sink));
  engine::RunReport report;
  report.run_ns = std::chrono::duration_cast<nanoseconds>(answered - begun).count();
  report.output_ns = std::chrono::duration_cast<nanoseconds>(Clock::now() - answered).count();
  return report;
}

}  // namespace glowplug::handler
