#include "optimize/handler_sources.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "base/file.h"
#include "base/sha256.h"

namespace glowplug::optimize {

bool is_float(Datatype datatype) {
  return datatype == Datatype::fp32 || datatype == Datatype::fp64 || datatype == Datatype::fp16;
}

bool is_tflite(const std::filesystem::path& file) { return file.extension() == ".tflite"; }

Error no_picture_in(const std::string& file) {
  return Error{Code::not_found,
               fmt::format("{} has no metadata that say how a picture is prepared", file),
               {}};
}

bool Sources::has(const std::string& name) const {
  std::error_code failed;
  return std::filesystem::is_regular_file(folder_ / name, failed);
}

Result<std::string> Sources::read(const std::string& name) {
  GLOWPLUG_ASSIGN(std::string text, read_file(folder_ / name));
  read_[name] = sha256_hex(text);
  return text;
}

Result<Json> Sources::read_json(const std::string& name) {
  GLOWPLUG_ASSIGN(const std::string text, read(name));
  auto json = parse_json(text);
  if (!json) return std::move(json).error().in(name);
  return json;
}

Result<std::optional<tflite::Metadata>> Sources::read_tflite(const std::string& name) {
  GLOWPLUG_ASSIGN(const std::string file, read(name));
  auto metadata = tflite::read_metadata(std::as_bytes(std::span(file)));
  if (!metadata) return std::move(metadata).error().in(name);
  return metadata;
}

std::optional<std::string> Sources::only_tflite() const {
  std::optional<std::string> only;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failed)) {
    if (!is_tflite(entry.path())) continue;
    if (only) return std::nullopt;
    only = entry.path().filename().string();
  }
  return only;
}

std::string Sources::sha256(const Json& spec) const {
  return sha256_hex(canonical_json({{"spec", spec}, {"files", read_}}));
}

}  // namespace glowplug::optimize
