#include "bundle/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/sha256.h"
#include "bundle/bundle_path.h"
#include "bundle/json_fields.h"
#include "bundle/name.h"

namespace glowplug::bundle {
namespace {

Result<FileEntry> file_entry_from_json(const Json& json) {
  static constexpr std::array<std::string_view, 2> kKeys = {"sha256", "size"};
  GLOWPLUG_TRY(check_keys(json, kKeys, {}));
  FileEntry entry;
  GLOWPLUG_ASSIGN(entry.sha256, sha256_field(json, "sha256"));
  GLOWPLUG_ASSIGN(entry.size_bytes, unsigned_field(json, "size"));
  return entry;
}

/// A name without a folder.
Result<std::string> file_name_field(const Json& json, const char* key) {
  GLOWPLUG_ASSIGN(std::string name, text_field(json, key, kLongestText));
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
    return invalid_argument(
        fmt::format("\"{}\" is {}; expected a file name without a folder", key, quote_json(name)));
  return name;
}

Result<Source> source_from_json(const Json& json) {
  static constexpr std::array<std::string_view, 2> kKeys = {"file", "sha256"};
  GLOWPLUG_TRY(check_keys(json, kKeys, {}));
  Source source;
  GLOWPLUG_ASSIGN(source.file, file_name_field(json, "file"));
  GLOWPLUG_ASSIGN(source.sha256, sha256_field(json, "sha256"));
  return source;
}

/// What bundles have since schema 2.
bool is_of_handler(std::string_view path) {
  return path.starts_with("assets/") || path.starts_with("code/");
}

/// The folders that there are: model/…, samples/NAME.json and, of handlers, assets/… and code/….
Result<void> check_place(const std::string& path, bool has_handler) {
  constexpr std::string_view kSamples = "samples/";
  constexpr std::string_view kJson = ".json";
  if (path.starts_with("model/") || (has_handler && is_of_handler(path))) return {};
  if (!path.starts_with(kSamples))
    return invalid_argument(
        fmt::format("{} lies in a folder that bundles of schema {} do not have; expected {}", path,
                    has_handler ? 2 : 1,
                    has_handler ? "model/, samples/, assets/ or code/" : "model/ or samples/"));
  const std::string_view name = std::string_view(path).substr(kSamples.size());
  if (!name.ends_with(kJson))
    return invalid_argument(path + " is no sample; expected samples/NAME.json");
  return check_name("sample name", name.substr(0, name.size() - kJson.size()));
}

Result<void> check_apart(const FileTable& files) {
  std::map<std::string, std::string> seen;
  for (const auto& [path, entry] : files) {
    const auto [other, is_new] = seen.emplace(lower_case(path), path);
    if (!is_new)
      return invalid_argument(fmt::format("{} and {} differ in case alone", other->second, path));
  }
  return {};
}

Result<void> check_consistent(const Manifest& manifest) {
  GLOWPLUG_TRY(check_name("bundle name", manifest.name));
  GLOWPLUG_TRY(check_name("engine name", manifest.engine));
  for (const auto& [path, entry] : manifest.files)
    GLOWPLUG_TRY(check_place(path, !manifest.handler.is_null()));
  // A function of code alone has the code's file in the model's place.
  const bool of_code = manifest.handler.is_object() && manifest.handler.contains("code");
  const bool in_place =
      manifest.model.starts_with("model/") || (of_code && manifest.model.starts_with("code/"));
  if (!in_place || !manifest.files.contains(manifest.model))
    return invalid_argument(fmt::format("\"model\" is {}; expected one of \"files\" in model/",
                                        quote_json(manifest.model)));
  if (manifest.signature.outputs.empty()) return invalid_argument("\"signature\" has no outputs");
  return {};
}

Result<Manifest> manifest_from_json(const Json& json) {
  static constexpr std::array<std::string_view, 8> kKeys = {
      "engine", "files", "model", "name", "producer", "schema", "signature", "source"};
  static constexpr std::array<std::string_view, 2> kOptional = {"license", "handler"};
  GLOWPLUG_TRY(check_schema(json, kManifestSchema));
  const bool has_handlers = json["schema"] > 1;
  GLOWPLUG_TRY(check_keys(json, kKeys, std::span(kOptional).first(has_handlers ? 2 : 1)));
  Manifest manifest;
  GLOWPLUG_ASSIGN(manifest.name, text_field(json, "name", kLongestText));
  GLOWPLUG_ASSIGN(manifest.engine, text_field(json, "engine", kLongestText));
  GLOWPLUG_ASSIGN(manifest.model, text_field(json, "model", 1024));
  GLOWPLUG_ASSIGN(manifest.producer, text_field(json, "producer", kLongestText));
  if (json.contains("license")) {
    GLOWPLUG_ASSIGN(manifest.license, text_field(json, "license", kLongestText));
  }
  if (json.contains("handler")) {
    manifest.handler = json["handler"];
    if (!manifest.handler.is_object()) return invalid_argument("\"handler\" must be an object");
  }
  GLOWPLUG_ASSIGN(manifest.signature, signature_from_json(json["signature"]));
  auto source = source_from_json(json["source"]);
  if (!source) return std::move(source).error().in("\"source\"");
  manifest.source = *std::move(source);
  GLOWPLUG_ASSIGN(manifest.files, file_table_from_json(json["files"]));
  GLOWPLUG_TRY(check_consistent(manifest));
  return manifest;
}

}  // namespace

Json to_json(const FileTable& files) {
  Json json = Json::object();
  for (const auto& [path, entry] : files)
    json[path] = {{"sha256", entry.sha256}, {"size", entry.size_bytes}};
  return json;
}

Result<FileTable> file_table_from_json(const Json& json) {
  if (!json.is_object()) return invalid_argument("\"files\" must be an object");
  FileTable files;
  for (const auto& [path, value] : json.items()) {
    GLOWPLUG_TRY(check_bundle_path(path));
    auto entry = file_entry_from_json(value);
    if (!entry) return std::move(entry).error().in(path);
    files.emplace(path, *std::move(entry));
  }
  GLOWPLUG_TRY(check_apart(files));
  return files;
}

Json to_json(const Manifest& manifest) {
  Json json = {{"schema", manifest.handler.is_null() ? 1 : kManifestSchema},
               {"name", manifest.name},
               {"engine", manifest.engine},
               {"model", manifest.model},
               {"producer", manifest.producer},
               {"signature", to_json(manifest.signature)},
               {"source", {{"file", manifest.source.file}, {"sha256", manifest.source.sha256}}},
               {"files", to_json(manifest.files)}};
  if (!manifest.handler.is_null()) json["handler"] = manifest.handler;
  if (!manifest.license.empty()) json["license"] = manifest.license;
  return json;
}

std::string manifest_text(const Manifest& manifest) { return canonical_json(to_json(manifest)); }

std::string digest_of(const Manifest& manifest) { return sha256_hex(manifest_text(manifest)); }

std::string short_digest(std::string_view digest) { return std::string(digest.substr(0, 12)); }

Result<Manifest> parse_manifest(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return std::move(json).error().in(kManifestFile);
  auto manifest = manifest_from_json(*json);
  if (!manifest) return std::move(manifest).error().in(kManifestFile);
  if (manifest_text(*manifest) != text)
    return invalid_argument(
        fmt::format("{} is not in canonical form; expected sorted keys, no white space and "
                    "one newline at the end",
                    kManifestFile));
  return manifest;
}

}  // namespace glowplug::bundle
