#include "bundle/event_sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "base/base64.h"
#include "bundle/json_fields.h"

namespace glowplug::bundle {
namespace {

constexpr int kEventSchema = 1;
constexpr std::size_t kLongestBase64 = std::size_t{16} << 20;

bool close(double a, double b) {
  constexpr double kRelative = 1e-3;
  constexpr double kAbsolute = 1e-4;
  return std::abs(a - b) <= std::max(kAbsolute, kRelative * std::max(std::abs(a), std::abs(b)));
}

bool same(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return close(a.get<double>(), b.get<double>());
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_object())
    return std::ranges::all_of(a.items(), [&](const auto& item) {
      return b.contains(item.key()) && same(item.value(), b[item.key()]);
    });
  if (a.is_array()) return std::ranges::equal(a, b, same);
  return a == b;
}

}  // namespace

Json to_json(const EventSample& sample) {
  return {{"schema", kEventSchema},
          {"event",
           {{"content_type", sample.content_type},
            {"base64", to_base64(std::as_bytes(std::span(sample.body)))}}}};
}

Result<EventSample> event_sample_from_json(const Json& json) {
  static constexpr std::array<std::string_view, 2> kKeys = {"event", "schema"};
  static constexpr std::array<std::string_view, 2> kEventKeys = {"base64", "content_type"};
  GLOWPLUG_TRY(check_schema(json, kEventSchema));
  GLOWPLUG_TRY(check_keys(json, kKeys, {}));
  if (auto keys = check_keys(json["event"], kEventKeys, {}); !keys)
    return std::move(keys).error().in("\"event\"");
  EventSample sample;
  GLOWPLUG_ASSIGN(sample.content_type, text_field(json["event"], "content_type", kLongestText));
  GLOWPLUG_ASSIGN(const std::string base64, text_field(json["event"], "base64", kLongestBase64));
  GLOWPLUG_ASSIGN(const auto bytes, from_base64(base64));
  sample.body.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return sample;
}

bool same_answer(std::string_view a, std::string_view b) {
  const auto first = parse_json(a);
  const auto second = parse_json(b);
  return first && second ? same(*first, *second) : a == b;
}

}  // namespace glowplug::bundle
