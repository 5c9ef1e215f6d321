#include "handler/text/model.h"

#include <fmt/format.h>

#include <bit>

#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

constexpr std::uint32_t kMostProbes = 4096;

}  // namespace

Result<Model> Model::open(const flat::File& file) {
  Model model;
  model.record_ = file.header().model;
  GLOWPLUG_ASSIGN(model.unknown_text_, file.string(model.record_.unknown));
  GLOWPLUG_ASSIGN(model.prefix_, file.string(model.record_.prefix));
  GLOWPLUG_ASSIGN(model.suffix_, file.string(model.record_.suffix));
  model.vocabulary_ = flat::Trie(file.records<flat::TrieUnit>(flat::Section::vocabulary));
  model.merges_ = file.records<flat::MergeSlot>(flat::Section::merges);
  model.scores_ = file.records<double>(flat::Section::scores);
  const std::size_t slots = model.merges_.size();
  if ((slots != 0 && !std::has_single_bit(slots)) || model.record_.max_probe > kMostProbes) {
    return invalid_argument("broken tokenizer file: its table of merges");
  }
  if (auto state = model.vocabulary_.root()) {
    model.has_continued_ = model.vocabulary_.walk(*state, model.prefix_);
    model.continued_ = *state;
  }
  return model;
}

Result<void> Model::encode(std::string_view piece, Ids& ids, Workspace& workspace) const {
  switch (record_.kind) {
    case flat::Model::word_piece:
      return word_piece(piece, ids);
    case flat::Model::bpe:
      return bpe(piece, ids, workspace);
    case flat::Model::unigram:
      return unigram(piece, ids, workspace);
    case flat::Model::word_level:
      return word_level(piece, ids);
  }
  return invalid_argument("broken tokenizer file: a model of no known kind");
}

Result<std::uint32_t> Model::unknown() const {
  if (record_.unknown_id != flat::kNone) return record_.unknown_id;
  return invalid_argument(fmt::format(
      "the text has a part that the tokenizer's vocabulary does not know, and its unknown token "
      "\"{}\" is not in it",
      unknown_text_));
}

Result<void> Model::word_level(std::string_view piece, Ids& ids) const {
  if (const auto id = vocabulary_.find(piece)) {
    ids.push_back(*id);
    return {};
  }
  GLOWPLUG_ASSIGN(const std::uint32_t id, unknown());
  ids.push_back(id);
  return {};
}

Result<void> Model::word_piece(std::string_view piece, Ids& ids) const {
  const std::size_t before = ids.size();
  const auto root = vocabulary_.root();
  bool known = root.has_value() && (piece.size() <= record_.max_input_chars ||
                                    count_points(piece) <= record_.max_input_chars);
  for (std::size_t at = 0; known && at < piece.size();) {
    flat::Trie::State state = at == 0 ? *root : continued_;
    std::size_t longest = at;
    std::uint32_t id = 0;
    known = at == 0 || has_continued_;
    for (std::size_t i = at; known && i < piece.size() && vocabulary_.step(state, piece[i]); ++i) {
      if (state.has_value()) longest = i + 1, id = state.id();
    }
    known = longest != at;
    if (known) ids.push_back(id);
    at = longest;
  }
  if (known) return {};
  ids.resize(before);
  GLOWPLUG_ASSIGN(const std::uint32_t id, unknown());
  ids.push_back(id);
  return {};
}

}  // namespace glowplug::handler::text
