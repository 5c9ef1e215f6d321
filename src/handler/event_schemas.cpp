#include "handler/event_schemas.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "handler/output.h"
#include "handler/plain_output.h"
#include "handler/records/record_schema.h"
#include "handler/spec.h"
#include "handler/table_spec.h"

namespace glowplug::handler {
namespace {

constexpr std::array<const char*, 4> kColumnTypes = {"number", "integer", "string", "boolean"};

Json list_of(Json item) { return {{"type", "array"}, {"items", std::move(item)}, {"minItems", 1}}; }

Json any_of(Json forms) { return {{"anyOf", std::move(forms)}}; }

Json object_with(const char* key, Json value) {
  return {{"type", "object"},
          {"properties", {{key, std::move(value)}}},
          {"required", Json::array({key})}};
}

EventSchemas anything() {
  return {.request = {{"*/*", Json::object()}}, .answer = {{"*/*", Json::object()}}};
}

Json column_schema(const ColumnSpec& column) {
  Json schema = {{"type", kColumnTypes[static_cast<std::size_t>(column.type)]}};
  if (column.minimum) schema["minimum"] = *column.minimum;
  if (column.maximum) schema["maximum"] = *column.maximum;
  if (!column.categories.empty()) schema["enum"] = column.categories;
  const bool may_be_missing = !column.fallback.is_null() || column.nan_if_missing;
  if (!may_be_missing) return schema;
  Json optional = any_of(Json::array({std::move(schema), {{"type", "null"}}}));
  if (!column.fallback.is_null()) optional["default"] = column.fallback;
  return optional;
}

/// An object by the columns' names, or a list in their order.
Json row_schema(const TableSpec& table) {
  Json places = Json::array();
  Json fields = {{"type", "object"},
                 {"properties", Json::object()},
                 {"required", Json::array()},
                 {"additionalProperties", table.ignore_unknown}};
  for (const ColumnSpec& column : table.columns) {
    places.push_back(column_schema(column));
    fields["properties"][column.name] = places.back();
    if (column.fallback.is_null() && !column.nan_if_missing)
      fields["required"].push_back(column.name);
  }
  const std::size_t count = places.size();
  Json in_order = {{"type", "array"},
                   {"prefixItems", std::move(places)},
                   {"minItems", count},
                   {"maxItems", count}};
  const bool named = !table.columns.empty() && !table.columns[0].name.empty();
  return named ? any_of(Json::array({std::move(fields), std::move(in_order)})) : in_order;
}

/// {"columns": [names], "data": [rows]} as pandas writes it.
Json split_schema() {
  Json schema = {{"type", "object"},
                 {"properties",
                  {{"columns", {{"type", "array"}, {"items", {{"type", "string"}}}}},
                   {"data", list_of({{"type", "array"}})}}},
                 {"required", Json::array({"columns", "data"})}};
  return schema;
}

void add_frames(Json& forms, const Json& row) {
  forms.push_back(object_with("dataframe_split", split_schema()));
  forms.push_back(object_with("dataframe_records", list_of(row)));
}

/// Tables with a spec: rows in every form that Table::read knows.
Json rows_schema(const Json& row) {
  Json forms =
      Json::array({row, list_of(row), object_with("instances", list_of(row)), split_schema()});
  add_frames(forms, row);
  return any_of(std::move(forms));
}

Json json_content(Json schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

Json csv_content() { return {{"schema", {{"type", "string"}}}}; }

/// Plain records, and tables.
EventSchemas of_records(const Json& handler, const Signature& signature,
                        const std::string& reference) {
  const Json record = {{"$ref", reference + "record"}};
  const Json prediction = {{"$ref", reference + "prediction"}};
  const Json input = handler.is_null() ? Json() : handler.value("input", Json());
  const auto table = table_spec(input, signature);
  if (!handler.is_null() && !table) return anything();
  EventSchemas schemas;
  if (handler.is_null()) {
    schemas.named["record"] = records::record_schema(signature);
    Json forms = records::records_schema(signature, record);
    if (table) add_frames(forms["anyOf"], row_schema(*table));
    schemas.request = json_content(std::move(forms));
  } else {
    schemas.named["record"] = row_schema(*table);
    schemas.request = json_content(rows_schema(record));
  }
  if (table) schemas.request["text/csv"] = csv_content();
  const auto output =
      make_output(handler.is_null() ? Json() : handler.value("output", Json()), signature);
  if (!output) return anything();
  schemas.named["prediction"] =
      *output ? (*output)->schema()
              : records::prediction_schema(signature, records::predicts_by_row(signature));
  schemas.answer = json_content(records::predictions_schema(prediction));
  if (!*output || (*output)->has_cells()) schemas.answer["text/csv"] = csv_content();
  return schemas;
}

struct Kind {
  std::string_view name;  ///< input.type, and the field of records and forms
  std::vector<const char*> media_types;
};

const Kind* kind_named(const Json& type) {
  static const std::array<Kind, 4> kKinds = {
      {{"image", {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"}},
       {"audio", {"audio/wav", "audio/flac"}},
       {"text", {"text/plain"}},
       {"bytes", {"application/octet-stream"}}}};
  const auto found =
      std::ranges::find_if(kKinds, [&](const Kind& one) { return type == one.name; });
  return found == kKinds.end() ? nullptr : &*found;
}

/// Text as it is, else base64; or an object that holds it (items.h).
Json item_schema(const Kind& kind) {
  const bool is_text = kind.name == "text";
  const std::string field(kind.name);
  Json text = {{"type", "string"}};
  if (!is_text) text["description"] = "base64, or a data: URL";
  Json value = text;
  if (!is_text) value = any_of(Json::array({text, object_with("b64", {{"type", "string"}})}));
  Json forms = Json::array({std::move(text)});
  for (const std::string& key : {field, std::string("data"), std::string("inputs")})
    forms.push_back(object_with(key.c_str(), value));
  if (is_text)
    for (std::size_t i = 1; i < forms.size(); ++i)
      forms[i]["properties"]["text_pair"] = {{"type", "string"}};
  else
    forms.push_back(object_with("b64", {{"type", "string"}}));
  return any_of(std::move(forms));
}

Json form_schema(const Kind& kind) {
  const Json file = {{"type", "string"}, {"contentMediaType", kind.media_types.front()}};
  return object_with(std::string(kind.name).c_str(), list_of(file));
}

/// What Handler takes and gives.
EventSchemas of_items(const Kind& kind, const Json& handler, const Signature& signature,
                      const std::string& reference) {
  const auto made = make_output(handler.value("output", Json()), signature);
  if (!made) return anything();
  const auto plain = *made ? nullptr : make_plain_output(signature);
  const Output& output = *made ? **made : *plain;
  const Json record = {{"$ref", reference + "record"}};
  const Json list = list_of(record);
  EventSchemas schemas;
  schemas.named = {{"record", item_schema(kind)}, {"prediction", output.schema()}};
  schemas.request = json_content(any_of(
      Json::array({record, list, object_with("instances", list), object_with("inputs", list)})));
  schemas.request["multipart/form-data"] = {{"schema", form_schema(kind)}};
  for (const char* const type : kind.media_types) schemas.request[type] = Json::object();
  schemas.answer = json_content(records::predictions_schema({{"$ref", reference + "prediction"}}));
  if (output.has_cells()) schemas.answer["text/csv"] = csv_content();
  return schemas;
}

/// Code tells of itself; what it does not tell can be anything.
EventSchemas of_code(const Json& code) {
  EventSchemas schemas = anything();
  const Json told = code.is_object() ? code.value("schema", Json()) : Json();
  if (!told.is_object()) return schemas;
  if (told.contains("input") && told["input"].is_object()) schemas.request = told["input"];
  if (told.contains("output") && told["output"].is_object()) schemas.answer = told["output"];
  return schemas;
}

}  // namespace

EventSchemas event_schemas(const Json& handler, const Signature& signature,
                           const std::string& reference) {
  if (handler.is_null() || is_table(handler)) return of_records(handler, signature, reference);
  if (!handler.is_object()) return anything();
  if (handler.contains("code")) return of_code(handler["code"]);
  const Json input = handler.value("input", Json());
  const Kind* const kind = input.is_object() ? kind_named(input.value("type", Json())) : nullptr;
  return kind != nullptr ? of_items(*kind, handler, signature, reference) : anything();
}

}  // namespace glowplug::handler
