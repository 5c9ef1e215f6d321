#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/event.h"

namespace glowplug::handler {

/// Items by reference: JSON records that name their input instead of carrying it. Whoever has the
/// network (the gateway, the handler alone, `invoke`) fetches them and gives the event with their
/// bytes to the handler, which reads them as if they had been sent.
///
/// A record names its input by {"image_url": URL}, "audio_url", "text_url" or "url", also one level
/// down as {"image": {"url": URL}}, and as {"image_url": {"url": URL}}. The records of an event of
/// S3 (or of a server that speaks as it) name objects: s3://bucket/key.

/// "image", "text", "audio", "bytes": what the records of a bundle's handler have; empty for code
/// and tables, whose events are nobody else's.
[[nodiscard]] std::string item_field(const Json& spec);

/// The records of a JSON body: itself, a list, {"instances": […]}, {"inputs": […]}, {"Records":
/// […]} of S3. Pointers into `body`.
[[nodiscard]] std::vector<const Json*> records_in(const Json& body);
/// The value of a record that stands for its item: {"<field>": …}, "data", "inputs", "image_bytes",
/// "instance"; null if there is none.
[[nodiscard]] const Json* value_in(const Json& record, std::string_view field);
/// The URL that a record names. Errors: invalid_argument (the reference is no text; an event of an
/// object that was not created).
[[nodiscard]] Result<std::optional<std::string>> reference_of(const Json& record,
                                                              std::string_view field);

struct Reference {
  std::size_t record = 0;
  std::string url;
};

/// A body of references may be so large: it is read where requests of everybody are.
inline constexpr std::size_t kMostReferringBytes = std::size_t{1} << 20;

/// What the records of a JSON body name, in order; none for other bodies, which are not read
/// unless they may hold one. Errors: those of parse_json, of reference_of, named by the record;
/// too_large.
[[nodiscard]] Result<std::vector<Reference>> references_in(const Event& event,
                                                           std::string_view field);

/// An input that was fetched.
struct FetchedItem {
  std::size_t record = 0;
  std::string_view content_type;  ///< may be empty
  std::string_view bytes;
};

/// What a server named, or where that says nothing, what the suffix of its path or the bytes say.
[[nodiscard]] std::string type_of_fetched(std::string_view content_type, std::string_view path,
                                          std::string_view bytes);

/// An event as it crosses to the handler: the bytes stand behind the JSON, one after another, and
/// the context, which no client writes, says which they are:
/// {"fetched": {"json_bytes": n, "items": [{"record", "content_type", "bytes"}]}}.
struct FetchedEvent {
  std::string body;
  std::string context;
};
[[nodiscard]] FetchedEvent with_fetched(const Event& event, std::span<const FetchedItem> items);
/// Bytes of items that came without JSON around them, as the same kind of event, of type
/// application/json.
[[nodiscard]] FetchedEvent event_of_items(std::span<const std::string_view> items,
                                          std::string_view context);

/// An event's body taken apart again. Errors: internal (with_fetched did not write it).
struct EventParts {
  std::string_view json;                       ///< the body without what was fetched
  std::map<std::size_t, FetchedItem> fetched;  ///< by record
  std::map<std::size_t, std::string> types{};  ///< what content types point into
};
[[nodiscard]] Result<EventParts> parts_of(const Event& event);

}  // namespace glowplug::handler
