#include "front/event_context.h"

#include "base/json.h"

namespace glowplug::front {

std::string event_context(const OpenRequest& request, const FunctionDescription& function,
                          EventAnswers answers) {
  Json context = {
      {"request_id", request.id}, {"function", function.name}, {"version", function.version}};
  const auto timeout = std::chrono::duration_cast<milliseconds>(function.settings.timeout);
  context["deadline_ms"] = timeout.count();
  if (const auto accept = request.head.header("Accept")) context["accept"] = *accept;
  if (answers == EventAnswers::tensors) context["answer"] = "tensors";
  for (const char* const name : {"traceparent", "tracestate"}) {
    if (const auto value = request.head.header(name)) context["headers"][name] = *value;
  }
  return context.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace glowplug::front
