// What platforms wrap events in: opened as what it looks like and as every other kind; what opens
// can be closed with any answer, and the result can be written.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "handler/envelope.h"

namespace {

using namespace glowplug::handler;  // NOLINT(google-build-using-namespace)
using glowplug::EventAnswer;
using glowplug::Json;

void open_as(EnvelopeKind kind, const Json& payload, std::string_view text) {
  const auto envelope = Envelope::open(kind, payload);
  if (!envelope) {
    GLOWPLUG_CHECK(!envelope.error().message.empty());
    return;
  }
  const std::size_t count = envelope->events().size();
  GLOWPLUG_CHECK(count > 0);
  const std::vector<EventAnswer> good(count, {200, "application/json", R"({"label":"a"})", {}});
  const std::vector<EventAnswer> bad(count, {400, "application/json", R"({"error":"a"})", {}});
  const std::vector<EventAnswer> bytes(count, {200, "image/png", "\xff\xd8 no UTF-8", {}});
  const std::vector<EventAnswer> same(count, {200, "text/plain", std::string(text), {}});
  for (const auto& answers : {good, bad, bytes, same})
    GLOWPLUG_CHECK(!glowplug::canonical_json(envelope->close(answers)).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto payload = glowplug::parse_json(text);
  if (!payload) return 0;
  open_as(envelope_of(*payload), *payload, text);
  for (const std::string_view name : envelope_names())
    open_as(*envelope_named(name), *payload, text);
  return 0;
}
