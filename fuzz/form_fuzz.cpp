// Bodies of events with their Content-Type: the first line is the type, all behind it the body.
// What is taken out of a form, a JSON text or a body of its own lies inside what came.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "handler/items.h"
#include "handler/media_type.h"
#include "handler/multipart.h"

namespace {

using namespace glowplug::handler;  // NOLINT(google-build-using-namespace)

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void read_type(std::string_view content_type) {
  const std::string type = media_type(content_type);
  GLOWPLUG_CHECK(type.size() <= content_type.size());
  GLOWPLUG_CHECK(media_type(type) == type);
  (void)is_json(type);
  for (const std::string_view name : {"boundary", "charset", "header", "name", "filename"}) {
    const auto value = media_parameter(content_type, name);
    GLOWPLUG_CHECK(!value || value->size() < content_type.size());
  }
}

void read_parts(std::string_view content_type, std::string_view body) {
  const auto parts = read_form(content_type, body);
  if (!parts) {
    GLOWPLUG_CHECK(!parts.error().message.empty());
    return;
  }
  GLOWPLUG_CHECK(!parts->empty() && parts->size() <= kMostFormParts);
  for (const FormPart& part : *parts) GLOWPLUG_CHECK(lies_in(part.bytes, body));
}

void read_items(std::string_view content_type, std::string_view body, const ItemKind& kind) {
  const auto items = items_of({content_type, body, {}}, kind);
  if (!items) {
    GLOWPLUG_CHECK(!items.error().message.empty());
    return;
  }
  GLOWPLUG_CHECK(!items->empty() && items->size() <= kMostItems);
  for (const Item& item : *items)
    GLOWPLUG_CHECK(lies_in(item.bytes, body) || lies_in(item.bytes, item.owned));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view content_type = input.substr(0, end);
  const std::string_view body = input.substr(std::min(end + 1, input.size()));
  read_type(content_type);
  (void)guess_media_type(content_type, body);
  read_parts(content_type, body);
  read_items(content_type, body, {"image", false});
  read_items(content_type, body, {"text", true});
  return 0;
}
