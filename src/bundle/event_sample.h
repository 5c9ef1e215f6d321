#pragma once
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace glowplug::bundle {

/// An event that the bundle's handler answers: the template's first one, whose answer is compared
/// with the one that export got. samples/event.json:
///
///     {"schema": 1, "event": {"content_type": "image/png", "base64": …}}
///
/// The answer, whose last bits depend on the CPU, is records/event.json, {"answer": {"status",
/// "content_type", "body"}}.
struct EventSample {
  std::string content_type;
  std::string body;
};

inline constexpr std::string_view kEventSampleFile = "samples/event.json";
inline constexpr std::string_view kEventRecord = "event";

[[nodiscard]] Json to_json(const EventSample& sample);
/// Errors: invalid_argument naming the key; failed_precondition (newer schema).
[[nodiscard]] Result<EventSample> event_sample_from_json(const Json& json);

/// Whether two answers to it say the same: equal but for numbers, which may differ by 1e-3 of the
/// larger one, or by 1e-4. JSON is compared value by value, other texts as they are.
[[nodiscard]] bool same_answer(std::string_view a, std::string_view b);

}  // namespace glowplug::bundle
