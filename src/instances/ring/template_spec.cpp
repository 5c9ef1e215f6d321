#include "instances/ring/template_spec.h"

#include "base/code_table.h"
#include "instances/ring/json_reader.h"

namespace glowplug::instances {

Json to_json(const TemplateSpec& spec) {
  return {{"function", spec.function},
          {"version", spec.version},
          {"bundle", spec.bundle},
          {"engine", spec.engine},
          {"engine_library", spec.engine_library},
          {"model", spec.model},
          {"prepared", spec.prepared},
          {"portable_model", spec.portable_model},
          {"prepare_only", spec.prepare_only},
          {"prepare_into", spec.prepare_into},
          {"threads", spec.threads},
          {"memory_bytes", spec.memory_bytes},
          {"run_as", spec.run_as},
          {"sandbox", spec.sandbox},
          {"handler", spec.handler},
          {"signature", spec.signature},
          {"environment", spec.environment},
          {"fork_ahead", spec.fork_ahead},
          {"warm_up", spec.warm_up}};
}

Result<TemplateSpec> template_spec_from_json(const Json& json) {
  TemplateSpec spec;
  JsonReader reader(json, "the start message");
  reader.read("function", spec.function);
  reader.read("version", spec.version);
  reader.read("bundle", spec.bundle);
  reader.read("engine", spec.engine);
  reader.read("engine_library", spec.engine_library);
  reader.read("model", spec.model);
  reader.read("prepared", spec.prepared);
  reader.read("portable_model", spec.portable_model);
  reader.read("prepare_only", spec.prepare_only);
  reader.read("prepare_into", spec.prepare_into);
  reader.read("threads", spec.threads);
  reader.read("memory_bytes", spec.memory_bytes);
  reader.read("run_as", spec.run_as);
  reader.read("sandbox", spec.sandbox);
  spec.handler = reader.value("handler");
  spec.signature = reader.value("signature");
  reader.read("environment", spec.environment);
  reader.read("fork_ahead", spec.fork_ahead);
  reader.read("warm_up", spec.warm_up);
  GLOWPLUG_TRY(reader.finish());
  return spec;
}

Json to_json(const TemplateReady& ready) {
  return {{"signature", to_json(ready.signature)},
          {"memory_bytes", ready.memory_bytes},
          {"began_ns", ready.began_ns},
          {"told_ns", ready.told_ns},
          {"engine_ns", ready.engine_ns},
          {"confine_ns", ready.confine_ns},
          {"model_ns", ready.model_ns},
          {"warm_up_ns", ready.warm_up_ns},
          {"engine_version", ready.engine_version},
          {"description", ready.description},
          {"prepared_file", ready.prepared_file},
          {"used_prepared", ready.used_prepared},
          {"prepared_problem", ready.prepared_problem},
          {"missing", ready.missing}};
}

Result<TemplateReady> template_ready_from_json(const Json& json) {
  TemplateReady ready;
  JsonReader reader(json, "the ready message");
  reader.read("memory_bytes", ready.memory_bytes);
  reader.read("began_ns", ready.began_ns);
  reader.read("told_ns", ready.told_ns);
  reader.read("engine_ns", ready.engine_ns);
  reader.read("confine_ns", ready.confine_ns);
  reader.read("model_ns", ready.model_ns);
  reader.read("warm_up_ns", ready.warm_up_ns);
  reader.read("engine_version", ready.engine_version);
  reader.read("description", ready.description);
  reader.read("prepared_file", ready.prepared_file);
  reader.read("used_prepared", ready.used_prepared);
  reader.read("prepared_problem", ready.prepared_problem);
  reader.read("missing", ready.missing);
  const Json& signature = reader.value("signature");
  GLOWPLUG_TRY(reader.finish());
  GLOWPLUG_ASSIGN(ready.signature, signature_from_json(signature));
  return ready;
}

Json to_json(const Error& error) {
  return {{"code", name_of(error.code)}, {"message", error.message}, {"fix", error.fix}};
}

Error error_from_json(const Json& json) {
  std::string code;
  Error error;
  JsonReader reader(json, "the failed message");
  reader.read("code", code);
  reader.read("message", error.message);
  reader.read("fix", error.fix);
  if (auto read = reader.finish(); !read)
    return {Code::internal, std::move(read).error().message, {}};
  error.code = code_named(code).value_or(Code::internal);
  return error;
}

}  // namespace glowplug::instances
