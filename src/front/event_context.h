#pragma once
#include <string>

#include "front/replies.h"

namespace glowplug::front {

/// The surroundings of an event that a request brings (model/event.h).
[[nodiscard]] std::string event_context(const OpenRequest& request,
                                        const FunctionDescription& function);

}  // namespace glowplug::front
