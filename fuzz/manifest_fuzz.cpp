// Hostile JSON files of a bundle. What is read has to be written as it was.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "bundle/manifest.h"
#include "bundle/prepared.h"
#include "bundle/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glowplug;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = bundle::parse_manifest(text))
    GLOWPLUG_CHECK(bundle::manifest_text(*manifest) == text);
  const auto json = parse_json(text);
  if (!json) return 0;
  if (const auto sample = bundle::sample_from_json(*json))
    GLOWPLUG_CHECK(bundle::sample_from_json(bundle::to_json(*sample)).has_value());
  if (const auto index = bundle::prepared_index_from_json(*json))
    GLOWPLUG_CHECK(bundle::prepared_index_from_json(bundle::to_json(*index)).has_value());
  return 0;
}
