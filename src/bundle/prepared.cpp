#include "bundle/prepared.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "bundle/json_fields.h"
#include "bundle/name.h"

namespace glowplug::bundle {
namespace {

constexpr int kIndexSchema = 1;

Result<double> difference_field(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!value.is_number() || value.get<double>() < 0)
    return invalid_argument(fmt::format("\"{}\" must be a number of at least 0", key));
  return value.get<double>();
}

Result<PreparedTarget> target_from_json(const Json& json) {
  PreparedTarget target;
  GLOWPLUG_ASSIGN(target.engine, text_field(json, "engine", kLongestText));
  GLOWPLUG_ASSIGN(target.cpu_level, text_field(json, "cpu_level", kLongestText));
  GLOWPLUG_ASSIGN(target.library_sha256, sha256_field(json, "library_sha256"));
  GLOWPLUG_TRY(check_name("engine name", target.engine));
  GLOWPLUG_TRY(check_name("CPU level", target.cpu_level));
  return target;
}

}  // namespace

Json to_json(const PreparedIndex& index) {
  GLOWPLUG_CHECK(std::isfinite(index.largest_difference));
  return {{"schema", kIndexSchema},
          {"engine", index.target.engine},
          {"engine_version", index.engine_version},
          {"library_sha256", index.target.library_sha256},
          {"cpu_level", index.target.cpu_level},
          {"digest", index.digest},
          {"main", index.main_file},
          {"files", to_json(index.files)},
          {"samples_compared", index.samples_compared},
          {"largest_difference", index.largest_difference}};
}

Result<PreparedIndex> prepared_index_from_json(const Json& json) {
  static constexpr std::array<std::string_view, 10> kKeys = {
      "cpu_level",          "digest", "engine",         "engine_version", "files",
      "largest_difference", "main",   "library_sha256", "schema",         "samples_compared"};
  GLOWPLUG_TRY(check_schema(json, kIndexSchema));
  GLOWPLUG_TRY(check_keys(json, kKeys, {}));
  PreparedIndex index;
  GLOWPLUG_ASSIGN(index.target, target_from_json(json));
  GLOWPLUG_ASSIGN(index.engine_version, text_field(json, "engine_version", kLongestText));
  GLOWPLUG_ASSIGN(index.digest, sha256_field(json, "digest"));
  GLOWPLUG_ASSIGN(index.main_file, text_field(json, "main", 1024));
  GLOWPLUG_ASSIGN(index.files, file_table_from_json(json["files"]));
  GLOWPLUG_ASSIGN(index.samples_compared, unsigned_field(json, "samples_compared"));
  GLOWPLUG_ASSIGN(index.largest_difference, difference_field(json, "largest_difference"));
  if (!index.files.contains(index.main_file))
    return invalid_argument(
        fmt::format("\"main\" is {}; expected one of \"files\"", quote_json(index.main_file)));
  return index;
}

std::string prepared_folder(const PreparedTarget& target) {
  return fmt::format("prepared/{}-{}", target.engine, target.cpu_level);
}

}  // namespace glowplug::bundle
