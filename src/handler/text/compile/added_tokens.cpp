#include <fmt/format.h>

#include <algorithm>

#include "handler/text/compile/parts.h"
#include "handler/text/flat/trie_builder.h"
#include "handler/text/normalizer.h"

namespace glowplug::handler::text::compile {
namespace {

struct Token {
  std::string text;
  std::uint32_t flags;
  bool normalized;
};

Result<Token> token_of(const Json& json) {
  Token token;
  GLOWPLUG_ASSIGN(token.text, text_at(json, "content"));
  GLOWPLUG_ASSIGN(const bool single, flag_at(json, "single_word", false));
  GLOWPLUG_ASSIGN(const bool left, flag_at(json, "lstrip", false));
  GLOWPLUG_ASSIGN(const bool right, flag_at(json, "rstrip", false));
  GLOWPLUG_ASSIGN(token.normalized, flag_at(json, "normalized", true));
  token.flags = (single ? flat::single_word : 0U) | (left ? flat::strips_left : 0U) |
                (right ? flat::strips_right : 0U);
  return token;
}

/// Tokens by id. Ids are given as the library gives them when it reads the file: that of the
/// model's vocabulary, else the next free one, whatever the file says.
Result<std::map<std::uint32_t, Token>> tokens_of(const Json& json, const Vocabulary& pieces) {
  std::map<std::uint32_t, Token> tokens;
  Vocabulary added;
  auto next = static_cast<std::uint32_t>(pieces.size());
  for (const Json& entry : json) {
    GLOWPLUG_ASSIGN(Token token, token_of(entry));
    if (token.text.empty()) continue;
    auto known = added.find(token.text);
    std::uint32_t id = 0;
    if (known != added.end()) {
      id = known->second;
    } else if (const auto piece = pieces.find(token.text); piece != pieces.end()) {
      id = piece->second;
    } else {
      id = next++;
    }
    added[token.text] = id;
    tokens[id] = std::move(token);
  }
  return tokens;
}

using Keys = std::vector<std::pair<std::string, std::uint32_t>>;

Result<void> set_trie(flat::Section section, Keys keys, flat::Writer& to) {
  if (keys.empty()) return {};
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].first.empty())
      return invalid_argument("an added token is empty once it is normalized");
    if (i > 0 && keys[i].first == keys[i - 1].first) {
      return invalid_argument(
          fmt::format("two added tokens are \"{}\" once they are normalized", keys[i].first));
    }
  }
  GLOWPLUG_ASSIGN(const auto units, flat::build_trie(std::move(keys)));
  to.set<flat::TrieUnit>(section, units);
  return {};
}

}  // namespace

Result<void> added_tokens(const Json& json, Vocabulary& ids, flat::Writer& to) {
  GLOWPLUG_ASSIGN(const auto tokens, tokens_of(json, ids));
  GLOWPLUG_ASSIGN(const auto so_far, to.finish());
  GLOWPLUG_ASSIGN(const auto file, flat::File::open(so_far));
  GLOWPLUG_ASSIGN(const Normalizer normalizer, Normalizer::open(file));
  std::vector<flat::AddedToken> records;
  Keys raw, normalized;
  std::uint32_t highest = 0;
  for (const auto& [text, id] : ids) highest = std::max(highest, id + 1);
  for (const auto& [id, token] : tokens) {
    const auto index = static_cast<std::uint32_t>(records.size());
    std::string text = token.text;
    ids[text] = id;
    std::size_t origin = 0;
    if (token.normalized) GLOWPLUG_TRY(normalizer.apply(text, origin));
    (token.normalized ? normalized : raw).emplace_back(std::move(text), index);
    records.push_back({id, token.flags});
    highest = std::max(highest, id + 1);
  }
  to.header().vocabulary_size = highest;
  to.set<flat::AddedToken>(flat::Section::added_tokens, records);
  GLOWPLUG_TRY(set_trie(flat::Section::raw_trie, std::move(raw), to));
  return set_trie(flat::Section::normalized_trie, std::move(normalized), to);
}

}  // namespace glowplug::handler::text::compile
