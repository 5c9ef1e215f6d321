#include <algorithm>
#include <utility>

#include "handler/text/sentence_transformers.h"
#include "optimize/handler_sources.h"

namespace glowplug::optimize {
namespace {

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

Json spec_of(const tflite::Metadata& metadata, const std::string& file) {
  Json spec = {{"input", {{"type", "image"}, {"config", file}}}};
  if (metadata.labels.empty()) return spec;
  spec["output"] = {{"type", "label"}, {"labels", file}};
  if (metadata.threshold) spec["output"]["threshold"] = *metadata.threshold;
  return spec;
}

/// Null where the only .tflite file, if there is one, has no metadata of a picture.
Result<Json> found_tflite(Sources& sources, const Signature& signature) {
  const auto file = sources.only_tflite();
  if (!file) return Json();
  GLOWPLUG_ASSIGN(const auto metadata, sources.read_tflite(*file));
  if (!metadata || !metadata->picture) return Json();
  Json spec = spec_of(*metadata, *file);
  if (!std::cmp_equal(metadata->labels.size(), classes_of(signature))) spec.erase("output");
  return spec;
}

bool takes_pictures(const Signature& signature) {
  return signature.inputs.size() == 1 && signature.inputs[0].shape.size() == 4;
}

}  // namespace

Result<Json> tflite_spec(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  Sources sources(file.parent_path());
  GLOWPLUG_ASSIGN(const auto metadata, sources.read_tflite(name));
  if (!metadata || !metadata->picture) return no_picture_in(name);
  return spec_of(*metadata, name);
}

Result<HandlerFiles> find_handler_files(const std::filesystem::path& folder, Signature& signature) {
  Sources sources(folder);
  Json spec;
  if (takes_pictures(signature) && sources.has("preprocessor_config.json")) {
    GLOWPLUG_ASSIGN(spec, found_image(sources, signature));
  } else if (takes_pictures(signature)) {
    GLOWPLUG_ASSIGN(spec, found_tflite(sources, signature));
  } else if (signature.input_named("input_ids") && sources.has("tokenizer.json")) {
    GLOWPLUG_ASSIGN(spec, found_text(sources, signature));
  }
  if (!spec.is_null()) return take_from(std::move(spec), sources, signature);
  HandlerFiles none;
  none.source_sha256 = sources.sha256({});
  return none;
}

}  // namespace glowplug::optimize
