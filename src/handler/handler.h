#pragma once
#include <memory>
#include <span>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/engine.h"
#include "handler/assets.h"
#include "handler/input.h"
#include "handler/media_input.h"
#include "handler/output.h"
#include "model/event.h"

namespace glowplug::handler {

/// A declarative handler: {"input": {"type": "image", …}, "output": {"type": "label", …}}. Events
/// in, answers out, the model in between. Its predictions come as
/// {"predictions": [one for each item]}, or as CSV if the event's context accepts "text/csv" before
/// JSON.
class Handler {
 public:
  /// `spec` is what a bundle's manifest has. `media` makes its input where needs_media(spec), and
  /// may be empty elsewhere. Errors: invalid_argument naming the key; those of `assets`, which
  /// outlives the handler.
  [[nodiscard]] static Result<std::unique_ptr<Handler>> create(const Json& spec,
                                                               const Signature& signature,
                                                               Assets& assets,
                                                               const MakeMediaInput& media);

  /// One answer for each event. What is wrong with an event is its answer, {"error": text} with the
  /// status of the error's code; what goes wrong in the model's run is the error of all. Rows of
  /// all events share runs as far as the signature's max_batch lets them. `trace` may be null.
  [[nodiscard]] Result<std::vector<EventAnswer>> answer(std::span<const Event> events,
                                                        engine::Session& model, Trace* trace) const;

 private:
  Handler(Signature signature, std::unique_ptr<Input> input, std::unique_ptr<Output> output)
      : signature_(std::move(signature)), input_(std::move(input)), output_(std::move(output)) {}

  Signature signature_;
  std::unique_ptr<Input> input_;
  std::unique_ptr<Output> output_;  // null: plain tensors
};

}  // namespace glowplug::handler
