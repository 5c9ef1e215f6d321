#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "handler/text/pooling.h"

/// Readers of the files beside a sentence-transformers model. Each takes a file's text. Errors of
/// all: invalid_argument (what was expected), unimplemented (by name).
namespace glowplug::handler::text {

/// modules.json, what follows the transformer.
struct SentenceModules {
  std::string transformer_path;             ///< folder of sentence_bert_config.json; may be ""
  std::optional<std::string> pooling_path;  ///< folder of the pooling's config.json
  bool normalize = false;
};
/// Of the modules, Transformer, Pooling and Normalize are known, in this order.
[[nodiscard]] Result<SentenceModules> read_modules(std::string_view modules_json);

/// 1_Pooling/config.json. Exactly one mode has to be set.
[[nodiscard]] Result<PoolingMode> read_pooling(std::string_view config_json);

/// sentence_bert_config.json.
struct SentenceBertConfig {
  std::optional<std::uint32_t> max_seq_length;
  bool do_lower_case = false;
};
[[nodiscard]] Result<SentenceBertConfig> read_sentence_bert_config(std::string_view config_json);

/// model_max_length of tokenizer_config.json; nullopt where it is missing or means "no limit"
/// (1e30).
[[nodiscard]] Result<std::optional<std::uint32_t>> read_model_max_length(
    std::string_view config_json);

}  // namespace glowplug::handler::text
