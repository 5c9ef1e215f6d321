#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "handler/text/pooling.h"
#include "handler/text/tokenizer.h"
#include "model/tensor.h"

namespace glowplug::handler::text {

/// How a function's texts become its model's inputs, and the model's hidden states an embedding.
struct TextSpec {
  enum class PaddingMode { longest, fixed, none };

  std::optional<std::uint32_t> max_length;  ///< tokens; nullopt: what the tokenizer's files say
  PaddingMode padding = PaddingMode::longest;
  bool pair = false;                   ///< an event is two texts, not one
  std::optional<PoolingMode> pooling;  ///< nullopt: the model's outputs stay as they are
  bool normalize = false;              ///< after pooling
  /// Names of the model's inputs; which of them it has, the caller knows.
  std::string input_ids = "input_ids";
  std::string attention_mask = "attention_mask";
  std::string token_type_ids = "token_type_ids";
  /// Name of a BYTES input that takes the text as it is, without any tokenizer; then nothing of the
  /// above but `pair` (which has to be false) is meant.
  std::optional<std::string> text;
  bool lowercase = false;  ///< of `text`, by Unicode
};

/// An object with any of the keys max_length, padding ("longest", "fixed", "none"), pair, pooling
/// ("cls", "mean", "max", "lasttoken"), normalize, input_ids, attention_mask, token_type_ids; or
/// text and lowercase. Errors: invalid_argument naming the key: unknown, of another kind, or
/// without effect beside the others.
[[nodiscard]] Result<TextSpec> text_spec_from_json(const Json& json);
/// What text_spec_from_json reads back; defaults are left out.
[[nodiscard]] Json to_json(const TextSpec& spec);

/// What Tokenizer::encode_batch has to do. max_length falls back to the tokenizer's truncation,
/// then to its model_max_length. Errors: invalid_argument (fixed padding without any max_length).
[[nodiscard]] Result<EncodeOptions> encode_options(const TextSpec& spec,
                                                   const Tokenizer& tokenizer);

/// Three tensors [rows, tokens] of one datatype.
struct TokenTensors {
  Tensor input_ids, attention_mask, token_type_ids;
};
/// `datatype`: INT64 or INT32, as the model has it. Errors: invalid_argument (another datatype, or
/// rows of different lengths, which only padding makes one tensor).
[[nodiscard]] Result<TokenTensors> token_tensors(std::span<const Encoding> encodings,
                                                 Datatype datatype = Datatype::int64);
/// BYTES [rows]: the texts, in lower case if `spec` wants it. Bytes that are no UTF-8 stay unless
/// so.
[[nodiscard]] Tensor text_tensor(std::span<const std::string_view> texts, const TextSpec& spec);

}  // namespace glowplug::handler::text
