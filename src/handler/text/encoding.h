#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "handler/text/flat/format.h"

namespace glowplug::handler::text {

using flat::Side;
using flat::Strategy;

/// At most so many tokens, special ones included.
struct Truncation {
  std::uint32_t max_length = 512;
  Strategy strategy = Strategy::longest_first;  ///< of a pair, which one gives
  Side side = Side::right;                      ///< where tokens are dropped
};

/// At least so many tokens.
struct Padding {
  std::optional<std::uint32_t> fixed;  ///< tokens; nullopt: as the longest of the batch
  std::uint32_t multiple_of = 0;       ///< rounded up to it; 0: not
  Side side = Side::right;             ///< where padding is added
  std::uint32_t id = 0, type_id = 0;   ///< of the padding
};

/// How texts become tokens; Tokenizer::defaults() has what the file says.
struct EncodeOptions {
  bool add_special_tokens = true;
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;
  std::size_t max_text_bytes = std::size_t{1} << 20;  ///< of one text; more is too_large
};

/// One text, or a pair of them.
struct TextPair {
  std::string_view first;
  std::optional<std::string_view> second;
};

/// Tokens of one text; the four lists are of one length.
struct Encoding {
  std::vector<std::uint32_t> ids, type_ids;
  std::vector<std::uint8_t> attention_mask;       ///< 0: padding
  std::vector<std::uint8_t> special_tokens_mask;  ///< 1: not of the text
  [[nodiscard]] std::size_t size() const { return ids.size(); }
};

/// Cuts one or two lists of ids to `room` tokens together. `room`: what special tokens leave.
/// Errors: invalid_argument (the only one that may give is too short or not there).
[[nodiscard]] Result<void> truncate(std::vector<std::uint32_t>& first,
                                    std::vector<std::uint32_t>* second, std::size_t room,
                                    const Truncation& truncation);

/// Pads each to the length that `padding` wants for them together. Longer ones stay.
void pad(std::vector<Encoding>& encodings, const Padding& padding);

}  // namespace glowplug::handler::text
