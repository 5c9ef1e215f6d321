#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace glowplug::handler {

/// One thing to predict for: a file, or what a JSON record holds.
struct Item {
  std::string name;                   ///< for errors: "body", "part 0 (cat.jpg)", "record 2"
  std::string content_type;           ///< may be empty
  std::string_view bytes;             ///< into the event's body or `owned`
  std::string owned;                  ///< decoded base64, or a JSON text
  std::optional<std::string> second;  ///< of a pair of texts
  Item() = default;
  Item(Item&&) noexcept;
  Item& operator=(Item&&) noexcept;
};

/// What a handler calls its input in JSON records, and whether it is text.
struct ItemKind {
  std::string_view field;  ///< "image", "text", "audio", "bytes"
  bool is_text = false;    ///< JSON strings are the text itself, not base64
};

inline constexpr std::size_t kMostItems = 1000;

/// The items of one event's body, by its type:
///
///   - multipart/form-data: every part that is a file or is named like the kind's field, "file",
///     "files", "data" or "inputs";
///   - JSON: a record, a list of records, {"instances": […]} or {"inputs": …}. A record is a string
///     (base64 or a data: URL; for text the text itself), {"b64": base64}, or
///     {"<field>": one of those}; a pair of texts is {"text": …, "text_pair": …}; also "data",
///     "inputs", "image_bytes". A record may name its item instead (handler/references.h): then
///     its bytes are those that were fetched;
///   - anything else: the body itself.
///
/// Errors: invalid_argument naming the record or part, too_large (more than kMostItems);
/// permission_denied (an item by reference, which was not fetched).
[[nodiscard]] Result<std::vector<Item>> items_of(const Event& event, const ItemKind& kind);

}  // namespace glowplug::handler
