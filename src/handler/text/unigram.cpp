// Unigram: the way through the text with the best sum of scores (encode_optimized of the library,
// from sentencepiece's unigram_model.cc).
#include <algorithm>

#include "handler/text/model.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

constexpr std::uint32_t kNowhere = flat::kNone;

}  // namespace

Result<void> Model::unigram_path(std::string_view piece, Workspace& work) const {
  work.best.assign(piece.size() + 1, {0, 0, kNowhere});
  const auto reach = [&](std::size_t end, std::size_t from, double score, std::uint32_t id) {
    auto& best = work.best[end];
    if (best.from == kNowhere || score > best.score) {
      best = {score, id, static_cast<std::uint32_t>(from)};
    }
  };
  for (std::size_t at = 0; at < piece.size();) {
    const double here = work.best[at].score;
    std::size_t next = at;
    (void)next_point(piece, next);
    bool single = false;
    if (auto state = vocabulary_.root()) {
      for (std::size_t i = at; i < piece.size() && vocabulary_.step(*state, piece[i]); ++i) {
        if (!state->has_value() || state->id() >= scores_.size()) continue;
        reach(i + 1, at, scores_[state->id()] + here, state->id());
        single = single || i + 1 == next;
      }
    }
    if (!single) {
      GLOWPLUG_ASSIGN(const std::uint32_t id, unknown());
      reach(next, at, record_.unknown_score + here, id);
    }
    at = next;
  }
  return {};
}

Result<void> Model::append_unigram(std::string_view part, Ids& ids) const {
  if (const auto id = vocabulary_.find(part)) {
    ids.push_back(*id);
    return {};
  }
  const auto id_of = [&](char byte) { return record_.byte_ids[static_cast<unsigned char>(byte)]; };
  const bool falls_back =
      (record_.flags & flat::byte_fallback) != 0 &&
      std::all_of(part.begin(), part.end(), [&](char byte) { return id_of(byte) != flat::kNone; });
  if (falls_back) {
    for (const char byte : part) ids.push_back(id_of(byte));
    return {};
  }
  GLOWPLUG_ASSIGN(const std::uint32_t id, unknown());
  ids.push_back(id);
  return {};
}

Result<void> Model::unigram(std::string_view piece, Ids& ids, Workspace& work) const {
  GLOWPLUG_TRY(unigram_path(piece, work));
  // From the end to the beginning; `queue` keeps where parts end, unknown neighbors being one part.
  work.queue.clear();
  bool before_unknown = false;
  for (std::size_t end = piece.size(); end > 0;) {
    const auto best = work.best[end];
    if (best.from >= end)
      return invalid_argument("broken tokenizer file: a vocabulary in no order");
    const bool is_unknown = best.id == record_.unknown_id;
    if (!(is_unknown && before_unknown)) {
      work.queue.push_back({static_cast<std::uint32_t>(end), 0, 0});
    }
    work.queue.back().at = best.from;
    before_unknown = is_unknown;
    end = best.from;
  }
  for (auto part = work.queue.rbegin(); part != work.queue.rend(); ++part) {
    GLOWPLUG_TRY(append_unigram(piece.substr(part->at, part->rank - part->at), ids));
  }
  return {};
}

}  // namespace glowplug::handler::text
