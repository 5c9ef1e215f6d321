#include "handler/items.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/base64.h"
#include "base/json.h"
#include "handler/media_type.h"
#include "handler/multipart.h"
#include "handler/references.h"

namespace glowplug::handler {
namespace {

constexpr int kMostItemDepth = 16;
constexpr std::size_t kLongestShownUrl = 200;

Result<std::string> decoded(std::string_view base64) {
  std::string clean;
  for (const char c : base64)  // MIME breaks lines
    if (c != '\r' && c != '\n') clean += c;
  GLOWPLUG_ASSIGN(const auto bytes, from_base64(clean));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

/// RFC 2397: data:[type][;base64],…
Result<void> take_data_url(std::string_view url, Item& item) {
  constexpr std::string_view kBase64 = ";base64";
  const std::size_t comma = url.find(',');
  std::string_view type = url.substr(0, comma);
  if (comma == std::string_view::npos || !type.ends_with(kBase64))
    return invalid_argument("a data: URL must hold base64");
  type.remove_suffix(kBase64.size());
  item.content_type = type;
  GLOWPLUG_ASSIGN(item.owned, decoded(url.substr(comma + 1)));
  return {};
}

Result<void> take_string(const std::string& text, const ItemKind& kind, Item& item) {
  constexpr std::string_view kDataUrl = "data:";
  if (kind.is_text) {
    item.owned = text;
    item.content_type = "text/plain";
  } else if (text.starts_with(kDataUrl)) {
    GLOWPLUG_TRY(take_data_url(std::string_view(text).substr(kDataUrl.size()), item));
  } else {
    auto bytes = decoded(text);
    if (!bytes) return std::move(bytes).error().in(fmt::format("the {} is not base64", kind.field));
    item.owned = *std::move(bytes);
  }
  item.bytes = item.owned;
  return {};
}

Error not_a_record(const ItemKind& kind) {
  return invalid_argument(
      kind.is_text
          ? fmt::format("expected a string or {{\"{}\": string}}", kind.field)
          : fmt::format("expected base64, {{\"{0}\": base64}} or {{\"{0}\": {{\"b64\": base64}}}}",
                        kind.field));
}

Result<void> take_second(const Json& record, const ItemKind& kind, Item& item) {
  if (!kind.is_text || !record.contains("text_pair")) return {};
  if (!record["text_pair"].is_string()) return invalid_argument("\"text_pair\" is no string");
  item.second = record["text_pair"].get<std::string>();
  return {};
}

Result<void> take_record(const Json& record, const ItemKind& kind, Item& item, int depth = 0) {
  if (record.is_string()) return take_string(record.get_ref<const std::string&>(), kind, item);
  if (!record.is_object() || depth > 1) return not_a_record(kind);
  if (record.size() == 1 && record.contains("b64") && record["b64"].is_string()) {
    GLOWPLUG_ASSIGN(item.owned, decoded(record["b64"].get_ref<const std::string&>()));
    item.bytes = item.owned;
    return {};
  }
  const Json* const value = value_in(record, kind.field);
  if (value == nullptr) return not_a_record(kind);
  GLOWPLUG_TRY(take_second(record, kind, item));
  return take_record(*value, kind, item, depth + 1);
}

Error not_fetched(const std::string& url) {
  return Error{Code::permission_denied,
               fmt::format("inputs by reference are not fetched here (\"{}\"): the function's "
                           "setting fetch_hosts is empty",
                           url.substr(0, std::min(url.find('?'), kLongestShownUrl))),
               "send the file itself, or its base64"};
}

/// A record whose input stands behind the JSON.
Result<bool> take_fetched(const Json& record, const ItemKind& kind, const FetchedItem* fetched,
                          Item& item) {
  if (fetched == nullptr) {
    GLOWPLUG_ASSIGN(const std::optional<std::string> url, reference_of(record, kind.field));
    if (url) return not_fetched(*url);
    return false;
  }
  item.content_type = fetched->content_type;
  item.bytes = fetched->bytes;
  GLOWPLUG_TRY(take_second(record, kind, item));
  return true;
}

Error too_many(std::size_t count) {
  return Error{
      Code::too_large,
      fmt::format("{} inputs in one request are more than the limit of {}", count, kMostItems),
      {}};
}

Result<std::vector<Item>> from_json(const Event& event, const ItemKind& kind) {
  GLOWPLUG_ASSIGN(const EventParts parts, parts_of(event));
  GLOWPLUG_ASSIGN(const Json body, parse_json(parts.json, kMostItemDepth));
  const auto records = records_in(body);
  if (records.empty()) return invalid_argument("the body holds no records");
  if (records.size() > kMostItems) return too_many(records.size());
  std::vector<Item> items(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    items[i].name = fmt::format("record {}", i);
    const auto fetched = parts.fetched.find(i);
    auto taken = take_fetched(
        *records[i], kind, fetched == parts.fetched.end() ? nullptr : &fetched->second, items[i]);
    if (!taken) return std::move(taken).error().in(items[i].name);
    if (*taken) continue;
    auto read = take_record(*records[i], kind, items[i]);
    if (!read) return std::move(read).error().in(items[i].name);
  }
  return items;
}

bool is_input(const FormPart& part, const ItemKind& kind) {
  if (!part.file_name.empty() || part.name == kind.field) return true;
  static constexpr std::array<std::string_view, 4> kFields = {"file", "files", "data", "inputs"};
  return std::ranges::find(kFields, part.name) != kFields.end();
}

Result<std::vector<Item>> from_form(const Event& event, const ItemKind& kind) {
  GLOWPLUG_ASSIGN(const auto parts, read_form(event.content_type, event.body));
  std::vector<Item> items;
  for (const FormPart& part : parts) {
    if (!is_input(part, kind)) continue;
    Item item;
    item.name = fmt::format("part {} ({})", items.size(),
                            part.file_name.empty() ? part.name : part.file_name);
    item.content_type = part.content_type;
    item.bytes = part.bytes;
    items.push_back(std::move(item));
  }
  if (items.empty())
    return invalid_argument(fmt::format("the form has no file and no field \"{}\"", kind.field));
  return items;
}

}  // namespace

Item::Item(Item&& other) noexcept { *this = std::move(other); }

/// A short text moves with its characters: the view has to follow.
Item& Item::operator=(Item&& other) noexcept {
  const bool own = other.bytes.data() == other.owned.data();
  name = std::move(other.name);
  content_type = std::move(other.content_type);
  const std::string_view bytes_there = other.bytes;
  owned = std::move(other.owned);
  second = std::move(other.second);
  bytes = own ? std::string_view(owned) : bytes_there;
  return *this;
}

Result<std::vector<Item>> items_of(const Event& event, const ItemKind& kind) {
  const std::string type = media_type(event.content_type);
  if (type == "multipart/form-data") return from_form(event, kind);
  if (is_json(type)) return from_json(event, kind);
  std::vector<Item> items(1);
  items[0].name = "the body";
  items[0].content_type = event.content_type;
  items[0].bytes = event.body;
  if (event.body.empty()) return invalid_argument("the body is empty");
  return items;
}

}  // namespace glowplug::handler
