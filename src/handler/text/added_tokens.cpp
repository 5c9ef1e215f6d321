#include "handler/text/added_tokens.h"

#include <algorithm>

#include "handler/text/origin.h"
#include "handler/text/unicode/unicode.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

struct Found {
  std::size_t end;
  std::uint32_t index;
};

/// The longest key that begins at `at`.
std::optional<Found> longest(std::string_view text, std::size_t at, const flat::Trie& trie) {
  std::optional<Found> found;
  auto state = trie.root();
  for (std::size_t i = at; i < text.size() && trie.step(*state, text[i]); ++i) {
    if (state->has_value()) found = Found{i + 1, state->id()};
  }
  return found;
}

bool word_before(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  std::size_t last = point_before(text, at);
  return has(next_point(text, last), word);
}
bool word_behind(std::string_view text, std::size_t at) {
  return at < text.size() && has(next_point(text, at), word);
}

std::size_t without_spaces_before(std::string_view text, std::size_t at) {
  while (at > 0) {
    const std::size_t last = point_before(text, at);
    std::size_t i = last;
    if (!has(next_point(text, i), white_space)) break;
    at = last;
  }
  return at;
}
std::size_t behind_spaces(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    std::size_t next = at;
    if (!has(next_point(text, next), white_space)) break;
    at = next;
  }
  return at;
}

}  // namespace

AddedTokens AddedTokens::open(const flat::File& file) {
  AddedTokens tokens;
  tokens.tokens_ = file.records<flat::AddedToken>(flat::Section::added_tokens);
  tokens.raw_ = flat::Trie(file.records<flat::TrieUnit>(flat::Section::raw_trie));
  tokens.normalized_ = flat::Trie(file.records<flat::TrieUnit>(flat::Section::normalized_trie));
  return tokens;
}

std::vector<Piece> AddedTokens::find(std::string_view text, const flat::Trie& trie) const {
  std::vector<Piece> pieces;
  std::size_t covered = 0;
  const auto add_text = [&](std::size_t end) {
    if (covered < end) pieces.push_back({covered, end, flat::kNone, 0});
  };
  for (std::size_t at = 0; !trie.empty() && at < text.size();) {
    const auto match = longest(text, at, trie);
    if (!match || match->index >= tokens_.size()) {
      ++at;
      continue;
    }
    const flat::AddedToken token = tokens_[match->index];
    std::size_t begin = at, end = match->end;
    at = match->end;
    if ((token.flags & flat::single_word) != 0 &&
        (word_before(text, begin) || word_behind(text, end))) {
      continue;
    }
    if ((token.flags & flat::strips_left) != 0) {
      begin = std::max(without_spaces_before(text, begin), covered);
    }
    if ((token.flags & flat::strips_right) != 0) end = behind_spaces(text, end);
    add_text(begin);
    pieces.push_back({begin, end, token.id, 0});
    covered = end;
  }
  add_text(text.size());
  return pieces;
}

Result<Pieces> AddedTokens::split(std::string_view text, const Normalizer& normalizer) const {
  Pieces pieces;
  std::string part;
  for (const Piece& raw : find(text, raw_)) {
    if (raw.id != flat::kNone) {
      pieces.list.push_back({pieces.text.size(), pieces.text.size(), raw.id, 0});
      continue;
    }
    part.assign(text.substr(raw.begin, raw.end - raw.begin));
    std::size_t origin = 0;
    if (raw.begin == 0) (void)next_point(part, origin);
    GLOWPLUG_TRY(normalizer.apply(part, origin));
    const std::size_t shift = pieces.text.size();
    for (const Piece& piece : find(part, normalized_)) {
      pieces.list.push_back({piece.begin + shift, piece.end + shift, piece.id,
                             origin_of_part(origin, piece.begin, piece.end)});
    }
    pieces.text += part;
  }
  return pieces;
}

}  // namespace glowplug::handler::text
