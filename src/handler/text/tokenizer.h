#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "handler/text/added_tokens.h"
#include "handler/text/encoding.h"
#include "handler/text/model.h"
#include "handler/text/normalizer.h"
#include "handler/text/pre_tokenizer.h"

namespace glowplug::handler::text {

/// Text to tokens, the same as those of Hugging Face's `tokenizers`. Immutable; any number of
/// threads.
class Tokenizer {
 public:
  /// `flat`: what compile_tokenizer made; it is used in place, so it outlives the tokenizer.
  /// Nothing is built from it but compiled regular expressions. A file from anywhere can be opened
  /// and used: it never leads outside. Errors: invalid_argument (not such a file, or of another
  /// version).
  [[nodiscard]] static Result<Tokenizer> open(std::span<const std::byte> flat);

  /// What tokenizer.json says of truncation and padding.
  [[nodiscard]] EncodeOptions defaults() const;
  /// What padding would be like if it is wanted: side and ids, also where tokenizer.json has none.
  [[nodiscard]] Padding padding() const;
  /// Of tokenizer_config.json; nullopt: no limit is known.
  [[nodiscard]] std::optional<std::uint32_t> model_max_length() const;
  /// Side of truncation, also where tokenizer.json has none.
  [[nodiscard]] Side truncation_side() const { return file_.header().truncation.side; }
  /// Ids are below it.
  [[nodiscard]] std::uint32_t vocabulary_size() const { return file_.header().vocabulary_size; }

  /// Bytes that are no UTF-8 become U+FFFD (repair_utf8). Errors: too_large (a longer text than
  /// options allow); invalid_argument (no room for the text, an unknown part without an unknown
  /// token, a regular expression that takes too long).
  [[nodiscard]] Result<Encoding> encode(std::string_view text,
                                        std::optional<std::string_view> second,
                                        const EncodeOptions& options) const;
  /// The same for several, padded together. An error names the text by its number, from 0.
  [[nodiscard]] Result<std::vector<Encoding>> encode_batch(std::span<const TextPair> texts,
                                                           const EncodeOptions& options) const;

 private:
  Tokenizer(flat::File file, AddedTokens added, Normalizer normalizer, PreTokenizer pre_tokenizer,
            Model model);
  [[nodiscard]] Result<void> append_ids(std::string_view text, Ids& ids,
                                        Model::Workspace& work) const;
  [[nodiscard]] Result<Encoding> encode_one(const TextPair& texts, const EncodeOptions& options,
                                            Model::Workspace& work) const;
  [[nodiscard]] Encoding assemble(const Ids& first, const Ids& second,
                                  const flat::Records<flat::TemplatePiece>& pieces,
                                  bool special) const;

  flat::File file_;
  AddedTokens added_;
  Normalizer normalizer_;
  PreTokenizer pre_tokenizer_;
  Model model_;
  flat::Records<flat::TemplatePiece> single_, pair_;
};

}  // namespace glowplug::handler::text
