#include "optimize/handler_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "handler/handler.h"
#include "handler/image/preprocessor_config.h"
#include "handler/media/media_inputs.h"
#include "handler/media_type.h"
#include "handler/spec.h"
#include "handler/table.h"
#include "handler/text/compile_tokenizer.h"
#include "optimize/handler_sources.h"

namespace glowplug::optimize {
namespace {

/// Assets of a handler that is being made.
class MadeAssets final : public handler::Assets {
 public:
  explicit MadeAssets(const std::map<std::string, std::string>& files) : files_(files) {}
  [[nodiscard]] Result<std::span<const std::byte>> get(std::string_view name) override {
    const auto found = files_.find(std::string(name));
    if (found == files_.end())
      return Error{Code::not_found, fmt::format("there is no asset {}", name), {}};
    return std::as_bytes(std::span(found->second));
  }

 private:
  const std::map<std::string, std::string>& files_;
};

/// The output that the labels are of: the one that the spec names, or the only one of floats, and
/// every output of whole numbers without a second dimension.
void set_labels(const Json& output, const std::vector<std::string>& labels, Signature& signature) {
  std::string named;
  for (const char* const key : {"tensor", "scores"}) {
    if (output.contains(key) && output[key].is_string()) named = output[key].get<std::string>();
  }
  for (TensorSpec& spec : signature.outputs) {
    const bool fits = named.empty() ? is_float(spec.datatype) : spec.name == named;
    if (fits) spec.labels = labels;
  }
}

Result<void> take_labels(Json& output, Sources& sources, HandlerFiles& files,
                         Signature& signature) {
  if (!output.is_object() || !output.contains("labels")) return {};
  const Json given = std::exchange(output["labels"], Json());
  output.erase("labels");
  std::vector<std::string> labels;
  if (given.is_string()) {
    const std::string file = given.get<std::string>();
    if (is_tflite(file)) {
      GLOWPLUG_ASSIGN(const auto metadata, sources.read_tflite(file));
      if (metadata) labels = metadata->labels;
    } else {
      GLOWPLUG_ASSIGN(const std::string text, sources.read(file));
      GLOWPLUG_ASSIGN(labels, labels_in(text, file));
    }
    files.found.push_back(fmt::format("{}: {} class names", file, labels.size()));
  } else {
    auto list = labels_in(given.dump(), "output.labels.json");
    if (!list)
      return invalid_argument("output.labels must be a list of names, or name a file with them");
    labels = *std::move(list);
  }
  if (labels.empty()) return invalid_argument("output.labels is empty");
  set_labels(output, labels, signature);
  return {};
}

constexpr std::string_view kTokenizerAsset = "tokenizer.bin";

/// input.tokenizer, or tokenizer.json where an input of type text names none.
Result<void> take_tokenizer(Json& input, Sources& sources, HandlerFiles& files) {
  if (!input.is_object() || input.value("type", Json()) != "text" || input.contains("text"))
    return {};
  std::string file = "tokenizer.json";
  if (input.contains("tokenizer")) {
    if (!input["tokenizer"].is_string())
      return invalid_argument("input.tokenizer must name a tokenizer.json");
    file = input["tokenizer"].get<std::string>();
    input.erase("tokenizer");
  }
  GLOWPLUG_ASSIGN(const std::string text, sources.read(file));
  std::string config;
  const std::string beside =
      (std::filesystem::path(file).parent_path() / "tokenizer_config.json").string();
  if (sources.has(beside)) {
    GLOWPLUG_ASSIGN(config, sources.read(beside));
  }
  auto compiled = handler::text::compile_tokenizer(text, config);
  if (!compiled) return std::move(compiled).error().in(file);
  files.found.push_back(fmt::format("{}: tokenizer of {} bytes, compiled to {}", file, text.size(),
                                    compiled->size()));
  files.assets[std::string(kTokenizerAsset)] =
      std::string(reinterpret_cast<const char*>(compiled->data()), compiled->size());
  return {};
}

/// The picture's steps in a .tflite file, for the input that `input` names or the only one.
Result<handler::image::ImageSpec> tflite_image_spec(const std::string& file, const Json& input,
                                                    Sources& sources, const Signature& signature) {
  GLOWPLUG_ASSIGN(const auto metadata, sources.read_tflite(file));
  if (!metadata || !metadata->picture) return no_picture_in(file);
  const Json named = input.value("tensor", Json());
  const auto index = named.is_string() ? signature.input_named(named.get<std::string>())
                                       : std::optional<std::size_t>(0);
  if (!index || *index >= signature.inputs.size())
    return invalid_argument("input.tensor names no input of the model");
  return tflite::image_spec(*metadata->picture, signature.inputs[*index]);
}

Result<handler::image::ImageSpec> image_config(const std::string& file, const Json& input,
                                               Sources& sources, const Signature& signature) {
  if (is_tflite(file)) return tflite_image_spec(file, input, sources, signature);
  GLOWPLUG_ASSIGN(const Json config, sources.read_json(file));
  return handler::image::spec_from_preprocessor_config(config);
}

/// input.config: a preprocessor_config.json or a .tflite file, whose keys the spec's own ones go
/// over.
Result<void> take_image_config(Json& input, Sources& sources, HandlerFiles& files,
                               const Signature& signature) {
  if (!input.is_object() || input.value("type", Json()) != "image" || !input.contains("config"))
    return {};
  if (!input["config"].is_string())
    return invalid_argument(
        "input.config must name a preprocessor_config.json or a .tflite file with metadata");
  const std::string file = input["config"].get<std::string>();
  auto spec = image_config(file, input, sources, signature);
  if (!spec) return std::move(spec).error().in(file);
  Json taken = handler::image::to_json(*spec);
  files.found.push_back(fmt::format("{}: {}", file, taken.dump()));
  input.erase("config");
  taken.update(input);
  input = std::move(taken);
  return {};
}

/// "sample": a file, or {"file", "content_type"}.
Result<void> take_sample(Json& spec, Sources& sources, HandlerFiles& files) {
  if (!spec.is_object() || !spec.contains("sample")) return {};
  const Json given = std::exchange(spec["sample"], Json());
  spec.erase("sample");
  const Json file = given.is_object() ? given.value("file", Json()) : given;
  if (!file.is_string()) return invalid_argument("handler.sample must name a file");
  bundle::EventSample sample;
  GLOWPLUG_ASSIGN(sample.body, sources.read(file.get<std::string>()));
  const Json type = given.is_object() ? given.value("content_type", Json()) : Json();
  sample.content_type = type.is_string()
                            ? type.get<std::string>()
                            : handler::guess_media_type(file.get<std::string>(), sample.body);
  files.sample = std::move(sample);
  return {};
}

Result<void> check(const HandlerFiles& files, const Signature& signature) {
  if (handler::is_table(files.spec)) {
    GLOWPLUG_TRY(handler::Table::create(files.spec, signature));
    return {};
  }
  MadeAssets assets(files.assets);
  GLOWPLUG_TRY(
      handler::Handler::create(files.spec, signature, assets, handler::media::make_media_input));
  return {};
}

}  // namespace

Result<HandlerFiles> take_from(Json spec, Sources& sources, Signature& signature) {
  HandlerFiles files;
  const Json given = spec;
  GLOWPLUG_TRY(take_sample(spec, sources, files));
  GLOWPLUG_TRY(handler::check_spec(spec));
  GLOWPLUG_TRY(take_image_config(spec["input"], sources, files, signature));
  GLOWPLUG_TRY(take_tokenizer(spec["input"], sources, files));
  if (spec.contains("output")) GLOWPLUG_TRY(take_labels(spec["output"], sources, files, signature));
  files.spec = std::move(spec);
  files.source_sha256 = sources.sha256(given);
  GLOWPLUG_TRY(check(files, signature));
  return files;
}

Result<HandlerFiles> take_handler_files(Json spec, const std::filesystem::path& folder,
                                        Signature& signature) {
  Sources sources(folder);
  return take_from(std::move(spec), sources, signature);
}

Result<HandlerFiles> handler_files(const Json& spec, const std::filesystem::path& spec_folder,
                                   const std::filesystem::path& model_folder,
                                   Signature& signature) {
  return spec.is_null() ? find_handler_files(model_folder, signature)
                        : take_handler_files(spec, spec_folder, signature);
}

}  // namespace glowplug::optimize
