#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"
#include "handler/text/flat/reader.h"
#include "handler/text/normalizer.h"
#include "handler/text/pieces.h"

namespace glowplug::handler::text {

/// The `added_tokens` of tokenizer.json, which are found before anything else splits the text.
class AddedTokens {
 public:
  [[nodiscard]] static AddedTokens open(const flat::File& file);

  /// `text` (well-formed UTF-8), in pieces: added tokens, and between them text that is normalized.
  /// Errors: as Normalizer::apply.
  [[nodiscard]] Result<Pieces> split(std::string_view text, const Normalizer& normalizer) const;

 private:
  /// Those found in `text`, and what lies between them, with places in `text`.
  [[nodiscard]] std::vector<Piece> find(std::string_view text, const flat::Trie& trie) const;
  flat::Records<flat::AddedToken> tokens_;
  flat::Trie raw_, normalized_;  // value: index into tokens_
};

}  // namespace glowplug::handler::text
