#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "bundle/event_sample.h"
#include "model/signature.h"

namespace glowplug::optimize {

/// A handler as a bundle keeps it: what its spec said of files has become assets and labels.
struct HandlerFiles {
  Json spec;                                  ///< for Manifest::handler; null: none
  std::map<std::string, std::string> assets;  ///< name in assets/ → content
  /// What was found and taken, a line each: "preprocessor_config.json: image, 224x224 …".
  std::vector<std::string> found;
  std::optional<bundle::EventSample> sample;  ///< the spec's "sample", a file
  /// sha256 over the spec as it was given and the files that were read: another one is another
  /// handler. Of nothing, too.
  std::string source_sha256;
};

/// Takes the files that a spec names, paths relative to `folder`, into assets, and the class names
/// of its output into `signature`:
///
///   output.labels   a list of names, or a file: one name a line; a JSON list; a JSON object
///                   {"0": name} or {"0": [id, name]}; or config.json with "id2label"; or a .tflite
///                   file with metadata
///   input.tokenizer a tokenizer.json, compiled to what starts without parsing
///   sample          a file that stands for those which will come: answered at export, and again
///                   whenever the handler is loaded
///   input.config    an image's preprocessor_config.json, or a .tflite file with metadata
///                   (optimize/tflite/metadata.h), read into the spec
///
/// Errors: invalid_argument naming the key, not_found naming the file; those of the kinds of input
/// and output: the handler is made once to see that it can be.
[[nodiscard]] Result<HandlerFiles> take_handler_files(Json spec,
                                                      const std::filesystem::path& folder,
                                                      Signature& signature);

/// A spec that takes everything from a .tflite file with metadata. Errors: those of reading it;
/// not_found (it has no metadata of a picture).
[[nodiscard]] Result<Json> tflite_spec(const std::filesystem::path& file);

/// The handler that the files beside a model say: preprocessor_config.json, the only .tflite file,
/// tokenizer.json, config.json, index_to_name.json, labels.txt. A spec of null if they say none.
/// Errors: as above.
[[nodiscard]] Result<HandlerFiles> find_handler_files(const std::filesystem::path& folder,
                                                      Signature& signature);

/// The first where there is a spec, else the second in the folder of the model.
[[nodiscard]] Result<HandlerFiles> handler_files(const Json& spec,
                                                 const std::filesystem::path& spec_folder,
                                                 const std::filesystem::path& model_folder,
                                                 Signature& signature);

/// Class names in a file's text, in the order of their numbers. Errors: invalid_argument (neither
/// lines, nor a list, nor an object with numbers from 0 on).
[[nodiscard]] Result<std::vector<std::string>> labels_in(std::string_view text,
                                                         std::string_view file_name);

}  // namespace glowplug::optimize
