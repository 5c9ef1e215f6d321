#pragma once
#include <optional>

#include "base/json.h"
#include "bundle/event_sample.h"

namespace glowplug::optimize {

/// A made-up event for a handler's kind of input: a picture with all colors, a sentence, a tone,
/// some bytes. Nothing for tables, whose samples are tensors.
[[nodiscard]] std::optional<bundle::EventSample> make_sample_event(const Json& handler);

}  // namespace glowplug::optimize
