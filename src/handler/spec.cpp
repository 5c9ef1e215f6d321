#include "handler/spec.h"

#include "handler/spec_reader.h"

namespace glowplug::handler {

bool is_table(const Json& spec) {
  return spec.is_object() && spec.contains("input") && spec["input"].is_object() &&
         spec["input"].value("type", Json()) == "table";
}

Result<void> check_spec(const Json& spec) {
  GLOWPLUG_TRY(SpecReader(spec, "handler").only({"input", "output"}));
  if (!spec.contains("input")) return invalid_argument("handler.input is missing");
  return {};
}

}  // namespace glowplug::handler
