#pragma once
#include <string>

#include "model/infer_request.h"

namespace glowplug::front {

/// Value of the Server-Timing header (W3C Server Timing): phases in milliseconds, in the order in
/// which they happened. "parse;dur=0.021, queue;dur=0.004, start;dur=1.204, run;dur=7.310,
/// write;dur=0.009"; `start` only for a cold start.
[[nodiscard]] std::string server_timing(const PhaseTiming& timing);

}  // namespace glowplug::front
