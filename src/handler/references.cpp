#include "handler/references.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "handler/envelope.h"
#include "handler/media_type.h"

namespace glowplug::handler {
namespace {

constexpr int kMostReferringDepth = 16;
constexpr std::array<std::string_view, 4> kReferences{"image_url", "audio_url", "text_url", "url"};

/// Without reading JSON: base64 and most else hold neither.
bool may_refer(std::string_view body) {
  return body.find("url\"") != std::string_view::npos ||
         body.find("\"s3\"") != std::string_view::npos;
}

Result<std::string> url_in(std::string_view key, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("url") && value["url"].is_string())
    return value["url"].get<std::string>();
  return invalid_argument(fmt::format("\"{}\" is no string", key));
}

Result<std::optional<std::string>> direct_reference(const Json& record) {
  for (const std::string_view key : kReferences) {
    const auto found = record.find(key);
    if (found == record.end()) continue;
    GLOWPLUG_ASSIGN(std::string url, url_in(key, *found));
    return std::optional(std::move(url));
  }
  return std::optional<std::string>();
}

std::optional<std::size_t> size_in(const Json& object, const char* key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_number_unsigned()) return {};
  return object[key].get<std::size_t>();
}

std::string text_in(const Json& object, const char* key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_string()) return {};
  return object[key].get<std::string>();
}

bool is_s3_record(const Json& record) {
  return record.is_object() && record.contains("s3") && record.contains("eventName");
}

}  // namespace

std::string item_field(const Json& spec) {
  if (!spec.is_object() || !spec.contains("input")) return {};
  std::string type = text_in(spec["input"], "type");
  return type == "table" ? std::string() : type;
}

std::vector<const Json*> records_in(const Json& body) {
  const Json* list = &body;
  if (body.is_object()) {
    for (const char* const key : {"instances", "inputs"}) {
      if (body.contains(key) && body[key].is_array()) list = &body[key];
    }
    if (envelope_of(body) == EnvelopeKind::s3) list = &body["Records"];
  }
  if (!list->is_array()) return {list};
  std::vector<const Json*> records;
  for (const Json& record : *list) records.push_back(&record);
  return records;
}

const Json* value_in(const Json& record, std::string_view field) {
  for (const std::string_view key :
       {field, std::string_view("data"), std::string_view("inputs"),
        std::string_view("image_bytes"), std::string_view("instance")}) {
    const auto found = record.find(key);
    if (found != record.end()) return &*found;
  }
  return nullptr;
}

Result<std::optional<std::string>> reference_of(const Json& record, std::string_view field) {
  if (!record.is_object()) return std::optional<std::string>();
  if (is_s3_record(record)) {
    GLOWPLUG_ASSIGN(std::string object, s3_object(record));
    return std::optional(std::move(object));
  }
  GLOWPLUG_ASSIGN(std::optional<std::string> direct, direct_reference(record));
  if (direct) return direct;
  const Json* const value = value_in(record, field);
  if (value == nullptr || !value->is_object()) return std::optional<std::string>();
  return direct_reference(*value);
}

Result<std::vector<Reference>> references_in(const Event& event, std::string_view field) {
  std::vector<Reference> references;
  if (field.empty() || !is_json(media_type(event.content_type)) || !may_refer(event.body))
    return references;
  if (event.body.size() > kMostReferringBytes)
    return Error{Code::too_large,
                 fmt::format("a JSON body with inputs by reference has {} bytes; the limit is {}",
                             event.body.size(), kMostReferringBytes),
                 {}};
  GLOWPLUG_ASSIGN(const Json body, parse_json(event.body, kMostReferringDepth));
  const auto records = records_in(body);
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto url = reference_of(*records[i], field);
    if (!url) return std::move(url).error().in(fmt::format("record {}", i));
    if (*url) references.push_back({i, **std::move(url)});
  }
  return references;
}

std::string type_of_fetched(std::string_view content_type, std::string_view path,
                            std::string_view bytes) {
  const std::string named = media_type(content_type);
  const bool says_nothing =
      named.empty() || named == "application/octet-stream" || named == "binary/octet-stream";
  return says_nothing ? guess_media_type(path, bytes) : std::string(content_type);
}

FetchedEvent with_fetched(const Event& event, std::span<const FetchedItem> items) {
  FetchedEvent whole{std::string(event.body), {}};
  Json list = Json::array();
  std::size_t total = whole.body.size();
  for (const FetchedItem& item : items) total += item.bytes.size();
  whole.body.reserve(total);
  for (const FetchedItem& item : items) {
    list.push_back({{"record", item.record},
                    {"content_type", item.content_type},
                    {"bytes", item.bytes.size()}});
    whole.body += item.bytes;
  }
  Json context = Json::object();
  if (auto given = parse_json(event.context); given && given->is_object())
    context = *std::move(given);
  context["fetched"] = {{"json_bytes", event.body.size()}, {"items", std::move(list)}};
  whole.context = context.dump(-1, ' ', false, Json::error_handler_t::replace);
  return whole;
}

FetchedEvent event_of_items(std::span<const std::string_view> items, std::string_view context) {
  std::string body = "[";
  std::vector<FetchedItem> carried;
  carried.reserve(items.size());
  for (const std::string_view item : items) {
    body += carried.empty() ? "{}" : ",{}";
    carried.push_back({carried.size(), "", item});
  }
  body += ']';
  return with_fetched({"application/json", body, context}, carried);
}

Result<EventParts> parts_of(const Event& event) {
  EventParts parts{event.body, {}};
  if (event.context.find("\"fetched\"") == std::string_view::npos) return parts;
  const auto context = parse_json(event.context);
  if (!context || !context->is_object() || !context->contains("fetched")) return parts;
  const Error wrong{Code::internal, "the event's context does not fit what was fetched", {}};
  const Json& fetched = (*context)["fetched"];
  const auto json_bytes = size_in(fetched, "json_bytes");
  if (!json_bytes || *json_bytes > event.body.size() || !fetched.contains("items")) return wrong;
  parts.json = event.body.substr(0, *json_bytes);
  std::string_view rest = event.body.substr(*json_bytes);
  for (const Json& item : fetched["items"]) {
    const auto record = size_in(item, "record");
    const auto bytes = size_in(item, "bytes");
    if (!record || !bytes || *bytes > rest.size()) return wrong;
    parts.types[*record] = text_in(item, "content_type");
    parts.fetched[*record] = {*record, parts.types[*record], rest.substr(0, *bytes)};
    rest.remove_prefix(*bytes);
  }
  return parts;
}

}  // namespace glowplug::handler
