#pragma once
#include <memory>

#include "engine/engine.h"
#include "handler/handler.h"

namespace glowplug::handler {

/// A handler and its model as a session that takes events: its signature is event_signature().
class EventSession final : public engine::Session {
 public:
  /// `model` outlives *this.
  EventSession(std::unique_ptr<Handler> handler, engine::Session& model)
      : handler_(std::move(handler)), model_(model) {}

  [[nodiscard]] const Signature& signature() const override { return event_signature(); }
  [[nodiscard]] Result<engine::RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                              std::span<const std::size_t> wanted,
                                              engine::OutputSink& sink) override;

 private:
  std::unique_ptr<Handler> handler_;
  engine::Session& model_;
};

/// Gives `answers` to the sink of a session that takes events. Errors: those of the sink.
[[nodiscard]] Result<void> give_answers(const std::vector<EventAnswer>& answers,
                                        std::span<const std::size_t> wanted,
                                        engine::OutputSink& sink);

}  // namespace glowplug::handler
