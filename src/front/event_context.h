#pragma once
#include <string>

#include "front/replies.h"

namespace glowplug::front {

/// What an event's answer is to be.
enum class EventAnswers {
  plain,    ///< JSON or CSV, by the request's Accept
  tensors,  ///< handler::AnswerForm::tensors
};

/// The surroundings of an event that a request brings (model/event.h).
[[nodiscard]] std::string event_context(const OpenRequest& request,
                                        const FunctionDescription& function, EventAnswers answers);

}  // namespace glowplug::front
