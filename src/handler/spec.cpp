#include "handler/spec.h"

#include "handler/spec_reader.h"

namespace glowplug::handler {

namespace {

/// Null where there is none.
Json input_type(const Json& spec) {
  if (!spec.is_object() || !spec.contains("input") || !spec["input"].is_object()) return {};
  return spec["input"].value("type", Json());
}

}  // namespace

bool is_table(const Json& spec) { return input_type(spec) == "table"; }

bool needs_media(const Json& spec) {
  const Json type = input_type(spec);
  return type == "image" || type == "text" || type == "audio";
}

Result<void> check_spec(const Json& spec) {
  GLOWPLUG_TRY(SpecReader(spec, "handler").only({"input", "output"}));
  if (!spec.contains("input")) return invalid_argument("handler.input is missing");
  return {};
}

}  // namespace glowplug::handler
