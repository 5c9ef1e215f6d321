#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "model/signature.h"
#include "optimize/handler_files.h"
#include "optimize/tflite/metadata.h"

/// What handler_files.cpp and find_handler_files.cpp share.
namespace glowplug::optimize {

[[nodiscard]] bool is_float(Datatype datatype);
[[nodiscard]] bool is_tflite(const std::filesystem::path& file);
[[nodiscard]] Error no_picture_in(const std::string& file);

/// Reads files of one handler and keeps account of them. Errors: those of reading, naming the file.
class Sources {
 public:
  explicit Sources(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] Result<std::string> read(const std::string& name);
  [[nodiscard]] Result<Json> read_json(const std::string& name);
  /// Nothing where the model has none.
  [[nodiscard]] Result<std::optional<tflite::Metadata>> read_tflite(const std::string& name);
  /// Its name, if there is exactly one.
  [[nodiscard]] std::optional<std::string> only_tflite() const;
  [[nodiscard]] std::string sha256(const Json& spec) const;

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> read_;
};

/// take_handler_files from what has been read so far.
[[nodiscard]] Result<HandlerFiles> take_from(Json spec, Sources& sources, Signature& signature);

}  // namespace glowplug::optimize
