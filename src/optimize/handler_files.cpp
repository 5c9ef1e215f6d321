#include "optimize/handler_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/file.h"
#include "base/sha256.h"
#include "handler/handler.h"
#include "handler/image/preprocessor_config.h"
#include "handler/media_type.h"
#include "handler/spec.h"
#include "handler/table.h"
#include "handler/text/compile_tokenizer.h"
#include "handler/text/sentence_transformers.h"

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

bool is_float(Datatype datatype) {
  return datatype == Datatype::fp32 || datatype == Datatype::fp64 || datatype == Datatype::fp16;
}

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

/// Reads files of one handler and keeps account of them.
class Sources {
 public:
  explicit Sources(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] bool has(const std::string& name) const {
    std::error_code failed;
    return std::filesystem::is_regular_file(folder_ / name, failed);
  }
  Result<std::string> read(const std::string& name) {
    GLOWPLUG_ASSIGN(std::string text, read_file(folder_ / name));
    read_[name] = sha256_hex(text);
    return text;
  }
  Result<Json> read_json(const std::string& name) {
    GLOWPLUG_ASSIGN(const std::string text, read(name));
    auto json = parse_json(text);
    if (!json) return std::move(json).error().in(name);
    return json;
  }
  [[nodiscard]] std::string sha256(const Json& spec) const {
    return sha256_hex(canonical_json({{"spec", spec}, {"files", read_}}));
  }

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> read_;
};

Result<void> take_labels(Json& output, Sources& sources, HandlerFiles& files,
                         Signature& signature) {
  if (!output.is_object() || !output.contains("labels")) return {};
  const Json given = std::exchange(output["labels"], Json());
  output.erase("labels");
  std::vector<std::string> labels;
  if (given.is_string()) {
    const std::string file = given.get<std::string>();
    GLOWPLUG_ASSIGN(const std::string text, sources.read(file));
    GLOWPLUG_ASSIGN(labels, labels_in(text, file));
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

/// input.config: a preprocessor_config.json, whose keys the spec's own ones go over.
Result<void> take_image_config(Json& input, Sources& sources, HandlerFiles& files) {
  if (!input.is_object() || input.value("type", Json()) != "image" || !input.contains("config"))
    return {};
  if (!input["config"].is_string())
    return invalid_argument("input.config must name a preprocessor_config.json");
  const std::string file = input["config"].get<std::string>();
  GLOWPLUG_ASSIGN(const Json config, sources.read_json(file));
  auto spec = handler::image::spec_from_preprocessor_config(config);
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
  GLOWPLUG_TRY(handler::Handler::create(files.spec, signature, assets));
  return {};
}

Result<HandlerFiles> take(Json spec, Sources& sources, Signature& signature) {
  HandlerFiles files;
  const Json given = spec;
  GLOWPLUG_TRY(take_sample(spec, sources, files));
  GLOWPLUG_TRY(handler::check_spec(spec));
  GLOWPLUG_TRY(take_image_config(spec["input"], sources, files));
  GLOWPLUG_TRY(take_tokenizer(spec["input"], sources, files));
  if (spec.contains("output")) GLOWPLUG_TRY(take_labels(spec["output"], sources, files, signature));
  files.spec = std::move(spec);
  files.source_sha256 = sources.sha256(given);
  GLOWPLUG_TRY(check(files, signature));
  return files;
}

/// How many classes the output that a label would come from has; 0: not known.
std::int64_t classes_of(const Signature& signature) {
  std::int64_t classes = 0;
  for (const TensorSpec& output : signature.outputs) {
    if (is_float(output.datatype) && output.shape.size() == 2)
      classes = std::max(classes, output.shape[1]);
  }
  return classes;
}

/// The file with a name for each class, if there is one.
Result<std::string> label_file(Sources& sources, std::int64_t classes) {
  for (const char* const file : {"index_to_name.json", "labels.txt", "config.json"}) {
    if (!sources.has(file)) continue;
    GLOWPLUG_ASSIGN(const std::string text, sources.read(file));
    const auto labels = labels_in(text, file);
    if (labels && std::cmp_equal(labels->size(), classes)) return std::string(file);
  }
  return std::string();
}

/// config.json's problem_type; logits of one label a text or picture are Hugging Face's rule.
Result<std::string> activation_in(Sources& sources) {
  if (!sources.has("config.json")) return std::string("none");
  GLOWPLUG_ASSIGN(const Json config, sources.read_json("config.json"));
  const Json problem = config.value("problem_type", Json());
  if (problem == "multi_label_classification") return std::string("sigmoid");
  return std::string(problem == "regression" ? "none" : "softmax");
}

Result<Json> found_output(Sources& sources, const Signature& signature) {
  GLOWPLUG_ASSIGN(const std::string labels, label_file(sources, classes_of(signature)));
  if (labels.empty()) return Json();
  GLOWPLUG_ASSIGN(const std::string activation, activation_in(sources));
  const bool several = activation == "sigmoid";
  Json output = {{"type", several ? "labels" : "label"}, {"labels", labels}};
  if (labels != "labels.txt") output["activation"] = activation;
  return output;
}

/// Pooling, as sentence-transformers' files say it.
Result<void> read_sentence_files(Sources& sources, Json& input) {
  if (!sources.has("modules.json")) return {};
  namespace text = handler::text;
  GLOWPLUG_ASSIGN(const std::string modules_file, sources.read("modules.json"));
  GLOWPLUG_ASSIGN(const text::SentenceModules modules, text::read_modules(modules_file));
  if (modules.pooling_path) {
    GLOWPLUG_ASSIGN(const std::string pooling,
                    sources.read(*modules.pooling_path + "/config.json"));
    GLOWPLUG_ASSIGN(const text::PoolingMode mode, text::read_pooling(pooling));
    input["pooling"] = name_of(mode);
    if (modules.normalize) input["normalize"] = true;
  }
  if (sources.has("sentence_bert_config.json")) {
    GLOWPLUG_ASSIGN(const std::string config, sources.read("sentence_bert_config.json"));
    GLOWPLUG_ASSIGN(const text::SentenceBertConfig sentence,
                    text::read_sentence_bert_config(config));
    if (sentence.max_seq_length) input["max_length"] = *sentence.max_seq_length;
  }
  return {};
}

bool gives_hidden_states(const Signature& signature) {
  return std::ranges::any_of(signature.outputs,
                             [](const TensorSpec& one) { return one.shape.size() == 3; });
}

Result<Json> found_text(Sources& sources, const Signature& signature) {
  Json input = {{"type", "text"}};
  if (gives_hidden_states(signature)) GLOWPLUG_TRY(read_sentence_files(sources, input));
  Json spec = {{"input", std::move(input)}};
  GLOWPLUG_ASSIGN(const Json output, found_output(sources, signature));
  if (!output.is_null())
    spec["output"] = output;
  else if (signature.outputs.size() == 1)
    spec["output"] = {{"type", "embedding"}};
  return spec;
}

Result<Json> found_image(Sources& sources, const Signature& signature) {
  Json spec = {{"input", {{"type", "image"}, {"config", "preprocessor_config.json"}}}};
  GLOWPLUG_ASSIGN(const Json output, found_output(sources, signature));
  if (!output.is_null()) spec["output"] = output;
  return spec;
}

bool takes_pictures(const Signature& signature) {
  return signature.inputs.size() == 1 && signature.inputs[0].shape.size() == 4;
}

}  // namespace

Result<HandlerFiles> take_handler_files(Json spec, const std::filesystem::path& folder,
                                        Signature& signature) {
  Sources sources(folder);
  return take(std::move(spec), sources, signature);
}

Result<HandlerFiles> find_handler_files(const std::filesystem::path& folder, Signature& signature) {
  Sources sources(folder);
  Json spec;
  if (takes_pictures(signature) && sources.has("preprocessor_config.json")) {
    GLOWPLUG_ASSIGN(spec, found_image(sources, signature));
  } else if (signature.input_named("input_ids") && sources.has("tokenizer.json")) {
    GLOWPLUG_ASSIGN(spec, found_text(sources, signature));
  }
  if (!spec.is_null()) return take(std::move(spec), sources, signature);
  HandlerFiles none;
  none.source_sha256 = sources.sha256({});
  return none;
}

Result<HandlerFiles> handler_files(const Json& spec, const std::filesystem::path& spec_folder,
                                   const std::filesystem::path& model_folder,
                                   Signature& signature) {
  return spec.is_null() ? find_handler_files(model_folder, signature)
                        : take_handler_files(spec, spec_folder, signature);
}

}  // namespace glowplug::optimize
