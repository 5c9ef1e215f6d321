#include "front/openapi.h"

#include <fmt/format.h>

#include <utility>

#include "front/oip/infer_schema.h"
#include "handler/event_schemas.h"
#include "handler/protocol_form.h"

namespace glowplug::front {
namespace {

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string members_of(const Json& object) {
  const std::string text = text_of(object);
  return text.substr(1, text.size() - 2);
}

void append_members(std::string& to, std::string_view members) {
  if (members.empty()) return;
  if (to.back() != '{') to += ',';
  to += members;
}

Json post(std::string_view what, const std::string& function, Json request, Json answer) {
  Json responses = {{"200", {{"description", "the predictions"}, {"content", std::move(answer)}}}};
  for (const char* const status :
       {"400", "404", "409", "413", "415", "429", "500", "501", "502", "503", "504"})
    responses[status] = {{"$ref", fmt::format("#/components/responses/{}", status)}};
  responses["default"] = {{"$ref", "#/components/responses/error"}};
  return {{"post",
           {{"operationId", fmt::format("{}_{}", what, function)},
            {"tags", Json::array({function})},
            {"parameters", Json::array({{{"$ref", "#/components/parameters/request_id"}},
                                        {{"$ref", "#/components/parameters/request_timeout_ms"}}})},
            {"requestBody", {{"required", true}, {"content", std::move(request)}}},
            {"responses", std::move(responses)}}}};
}

/// JSON, or JSON and binary tensors behind it. `second`: another form, or empty.
Json tensor_content(const std::string& first, const std::string& second) {
  Json schema = {{"$ref", first}};
  if (!second.empty()) schema = {{"anyOf", Json::array({schema, {{"$ref", second}}})}};
  return {{"application/json", {{"schema", std::move(schema)}}},
          {"application/octet-stream", Json::object()}};
}

/// POST /v2/models/{name}/infer: the model's tensors, and what is for its handler. `asked`: content
/// of /predict.
Json infer_path(const std::string& name, const handler::ProtocolForm* form, const Json& asked,
                const std::string& reference) {
  const bool takes_items = form != nullptr && form->takes_items();
  Json request =
      tensor_content(reference + "infer_request", takes_items ? reference + "items_request" : "");
  for (const auto& [type, content] : asked.items())
    if (handler::is_item_type(type) && (takes_items || type == "text/csv")) request[type] = content;
  return post("infer", name, std::move(request),
              tensor_content(reference + "infer_response",
                             form != nullptr ? reference + "items_response" : ""));
}

}  // namespace

std::shared_ptr<const OpenApiPart> openapi_part(const std::string& name, const Signature& signature,
                                                const Json& handler) {
  const std::string reference = fmt::format("#/components/schemas/{}.", name);
  auto events = handler::event_schemas(handler, signature, reference);
  Json schemas = {{name + ".infer_request", oip::infer_request_schema(signature)},
                  {name + ".infer_response", oip::infer_response_schema(signature)}};
  for (auto& [key, schema] : events.named.items())
    schemas[fmt::format("{}.{}", name, key)] = std::move(schema);
  const auto form = handler::protocol_form(handler, signature);
  if (form) schemas[name + ".items_response"] = oip::infer_response_schema(form->signature);
  if (form && form->takes_items())
    schemas[name + ".items_request"] = oip::infer_request_schema(form->signature);
  Json paths;
  paths[fmt::format("/v2/models/{}/infer", name)] =
      infer_path(name, form.get(), events.request, reference);
  paths["/predict/" + name] =
      post("predict", name, std::move(events.request), std::move(events.answer));
  return std::make_shared<const OpenApiPart>(OpenApiPart{members_of(paths), members_of(schemas)});
}

std::string write_openapi(std::string_view version,
                          std::span<const std::shared_ptr<const OpenApiPart>> parts) {
  Json document = Json::parse(openapi_template());
  document["info"]["version"] = version;
  std::string paths = "{" + members_of(document["paths"]);
  std::string schemas = "{" + members_of(document["components"]["schemas"]);
  for (const auto& part : parts) {
    append_members(paths, part->paths);
    append_members(schemas, part->schemas);
  }
  document["components"].erase("schemas");
  document.erase("paths");
  std::string components = "{" + members_of(document["components"]);
  append_members(components, "\"schemas\":" + schemas + "}");
  document.erase("components");
  std::string text = "{" + members_of(document);
  append_members(text, "\"components\":" + components + "}");
  append_members(text, "\"paths\":" + paths + "}");
  return text + "}";
}

}  // namespace glowplug::front
