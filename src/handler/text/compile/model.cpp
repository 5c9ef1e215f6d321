#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "handler/text/compile/parts.h"
#include "handler/text/flat/trie_builder.h"

namespace glowplug::handler::text::compile {
namespace {

/// Below the lowest score, for what the vocabulary does not know (K_UNK_PENALTY).
constexpr double kUnknownPenalty = 10;

Result<Vocabulary> unigram_vocabulary(const Json& list) {
  Vocabulary pieces;
  for (std::uint32_t id = 0; id < list.size(); ++id) {
    const Json& entry = list[id];
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number()) {
      return invalid_argument("\"vocab\" of Unigram has to be a list of [text, score]");
    }
    pieces[entry[0].get<std::string>()] = id;
  }
  return pieces;
}

void set_unknown(std::string_view text, const Vocabulary& pieces, flat::Writer& to) {
  flat::ModelRecord& record = to.header().model;
  record.unknown = to.add_string(text);
  const auto found = pieces.find(text);
  if (found != pieces.end()) record.unknown_id = found->second;
}

void set_byte_ids(const Vocabulary& pieces, flat::Writer& to) {
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    const auto found = pieces.find(fmt::format("<0x{:02X}>", byte));
    if (found != pieces.end()) to.header().model.byte_ids[byte] = found->second;
  }
}

Result<void> word_piece(const Json& json, const Vocabulary& pieces, flat::Writer& to) {
  flat::ModelRecord& record = to.header().model;
  record.kind = flat::Model::word_piece;
  GLOWPLUG_ASSIGN(const std::string unknown, text_at(json, "unk_token", "[UNK]"));
  GLOWPLUG_ASSIGN(const std::string prefix, text_at(json, "continuing_subword_prefix", "##"));
  GLOWPLUG_ASSIGN(record.max_input_chars, number_at(json, "max_input_chars_per_word", 100));
  set_unknown(unknown, pieces, to);
  record.prefix = to.add_string(prefix);
  return {};
}

Result<void> word_level(const Json& json, const Vocabulary& pieces, flat::Writer& to) {
  to.header().model.kind = flat::Model::word_level;
  GLOWPLUG_ASSIGN(const std::string unknown, text_at(json, "unk_token", "<unk>"));
  set_unknown(unknown, pieces, to);
  return {};
}

Result<void> unigram(const Json& json, flat::Writer& to) {
  flat::ModelRecord& record = to.header().model;
  record.kind = flat::Model::unigram;
  const Json& list = member(json, "vocab");
  double lowest = std::numeric_limits<double>::infinity();
  std::vector<double> scores;
  for (const Json& entry : list) {
    scores.push_back(entry[1].get<double>());
    lowest = std::min(lowest, scores.back());
  }
  record.unknown_score = lowest - kUnknownPenalty;
  GLOWPLUG_ASSIGN(const bool falls_back, flag_at(json, "byte_fallback", false));
  if (falls_back) record.flags |= flat::byte_fallback;
  if (!member(json, "unk_id").is_null()) {
    GLOWPLUG_ASSIGN(record.unknown_id, number_at(json, "unk_id"));
    if (record.unknown_id >= scores.size())
      return invalid_argument("\"unk_id\" is beyond the vocabulary");
    record.unknown = to.add_string(list[record.unknown_id][0].get<std::string>());
  }
  to.set<double>(flat::Section::scores, scores);
  return {};
}

using Merges =
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::uint32_t, std::uint32_t>>;

/// `"a b"`, or `["a", "b"]` in newer files.
Result<std::pair<std::string, std::string>> merge_of(const Json& json) {
  if (json.is_array() && json.size() == 2 && json[0].is_string() && json[1].is_string()) {
    return std::pair(json[0].get<std::string>(), json[1].get<std::string>());
  }
  if (json.is_string()) {
    const auto text = json.get<std::string>();
    const std::size_t space = text.find(' ');
    if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos) {
      return std::pair(text.substr(0, space), text.substr(space + 1));
    }
  }
  return invalid_argument(fmt::format("a merge has to be two texts, not {}", json.dump()));
}

Result<Merges> merges(const Json& list, const Vocabulary& pieces, std::size_t prefix_size) {
  if (!list.is_array()) return invalid_argument("\"merges\" has to be a list");
  Merges ranked;
  std::uint32_t rank = 0;
  for (const Json& entry : list) {
    // A heading of merges.txt, which is no merge and has no rank.
    if (entry.is_string() && entry.get_ref<const std::string&>().starts_with("#version")) continue;
    GLOWPLUG_ASSIGN(const auto parts, merge_of(entry));
    const auto& [left, right] = parts;
    if (right.size() < prefix_size) return invalid_argument(fmt::format("no merge: \"{}\"", right));
    std::array<std::uint32_t, 3> ids{};
    const std::array<std::string, 3> texts = {left, right, left + right.substr(prefix_size)};
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto found = pieces.find(texts[i]);
      if (found == pieces.end()) {
        return invalid_argument(
            fmt::format("a merge needs \"{}\", which is not in the vocabulary", texts[i]));
      }
      ids[i] = found->second;
    }
    ranked[{ids[0], ids[1]}] = {rank++, ids[2]};
  }
  return ranked;
}

void set_merges(const Merges& merges, flat::Writer& to) {
  if (merges.empty()) return;
  const std::size_t mask = std::bit_ceil(merges.size() * 2) - 1;
  std::vector<flat::MergeSlot> slots(mask + 1, {flat::kNone, 0, 0, 0});
  std::uint32_t longest = 0;
  for (const auto& [pair, what] : merges) {
    std::size_t at = flat::merge_hash(pair.first, pair.second) & mask;
    std::uint32_t probe = 0;
    for (; slots[at].left != flat::kNone; at = (at + 1) & mask) ++probe;
    longest = std::max(longest, probe);
    slots[at] = {pair.first, pair.second, what.first, what.second};
  }
  to.header().model.max_probe = longest;
  to.set<flat::MergeSlot>(flat::Section::merges, slots);
}

Result<void> bpe(const Json& json, const Vocabulary& pieces, flat::Writer& to) {
  flat::ModelRecord& record = to.header().model;
  record.kind = flat::Model::bpe;
  if (const Json& dropout = member(json, "dropout");
      dropout.is_number() && dropout.get<double>() != 0) {
    return Error{Code::unimplemented,
                 "BPE with dropout gives other tokens at each run, which is not supported",
                 {}};
  }
  for (const auto& [key, flag] :
       {std::pair("fuse_unk", flat::fuse_unknown), std::pair("byte_fallback", flat::byte_fallback),
        std::pair("ignore_merges", flat::ignore_merges)}) {
    GLOWPLUG_ASSIGN(const bool is, flag_at(json, key, false));
    if (is) record.flags |= flag;
  }
  GLOWPLUG_ASSIGN(const std::string prefix, text_at(json, "continuing_subword_prefix", ""));
  GLOWPLUG_ASSIGN(const std::string suffix, text_at(json, "end_of_word_suffix", ""));
  record.prefix = to.add_string(prefix);
  record.suffix = to.add_string(suffix);
  if (member(json, "unk_token").is_null()) {
    record.flags |= flat::drops_unknown;
  } else {
    GLOWPLUG_ASSIGN(const std::string unknown, text_at(json, "unk_token"));
    set_unknown(unknown, pieces, to);
  }
  GLOWPLUG_ASSIGN(const Merges ranked, merges(member(json, "merges"), pieces, prefix.size()));
  set_merges(ranked, to);
  return {};
}

/// Kind of a model; old files have no "type".
std::string model_type(const Json& model) {
  if (const Json& type = member(model, "type"); type.is_string()) return type.get<std::string>();
  if (!member(model, "merges").is_null()) return "BPE";
  if (!member(model, "continuing_subword_prefix").is_null()) return "WordPiece";
  return member(model, "vocab").is_array() ? "Unigram" : "WordLevel";
}

Result<Vocabulary> vocabulary(const Json& model) {
  const Json& json = member(model, "vocab");
  if (model_type(model) == "Unigram" && json.is_array()) return unigram_vocabulary(json);
  if (!json.is_object()) return invalid_argument("\"vocab\" has to be an object of ids by text");
  Vocabulary pieces;
  for (const auto& [text, id] : json.items()) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= 0x7FFFFFFF) {
      return invalid_argument(fmt::format("the id of \"{}\" is no id", text));
    }
    pieces[text] = id.get<std::uint32_t>();
  }
  return pieces;
}

}  // namespace

Result<Vocabulary> model(const Json& json, flat::Writer& to) {
  const std::string type = model_type(json);
  GLOWPLUG_ASSIGN(Vocabulary pieces, vocabulary(json));
  if (type == "WordPiece") {
    GLOWPLUG_TRY(word_piece(json, pieces, to));
  } else if (type == "BPE") {
    GLOWPLUG_TRY(bpe(json, pieces, to));
  } else if (type == "Unigram") {
    GLOWPLUG_TRY(unigram(json, to));
  } else if (type == "WordLevel") {
    GLOWPLUG_TRY(word_level(json, pieces, to));
  } else {
    return unsupported("model", type, "WordPiece, BPE, Unigram, WordLevel");
  }
  set_byte_ids(pieces, to);
  GLOWPLUG_ASSIGN(const auto units, flat::build_trie({pieces.begin(), pieces.end()}));
  to.set<flat::TrieUnit>(flat::Section::vocabulary, units);
  return pieces;
}

}  // namespace glowplug::handler::text::compile
