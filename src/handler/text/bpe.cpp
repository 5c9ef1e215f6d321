// Byte pair encoding: of all neighbors that may be merged, those of the lowest rank are first, of
// equal ones the leftmost.
#include <algorithm>

#include "handler/text/model.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

using Symbol = Model::Workspace::Symbol;
using Merge = Model::Workspace::Merge;

/// Order of a heap whose top is what is merged next.
bool later(const Merge& a, const Merge& b) {
  return a.rank != b.rank ? a.rank > b.rank : a.at > b.at;
}

void add(std::vector<Symbol>& symbols, std::uint32_t id, std::size_t size) {
  const auto at = static_cast<std::int32_t>(symbols.size());
  if (!symbols.empty()) symbols.back().behind = at;
  symbols.push_back({id, at - 1, -1, static_cast<std::uint32_t>(size)});
}

}  // namespace

bool Model::merge_of(std::uint32_t left, std::uint32_t right, flat::MergeSlot& found) const {
  if (merges_.empty()) return false;
  const std::size_t mask = merges_.size() - 1;
  std::size_t at = flat::merge_hash(left, right) & mask;
  for (std::uint32_t probe = 0; probe <= record_.max_probe; ++probe, at = (at + 1) & mask) {
    found = merges_[at];
    if (found.left == left && found.right == right) return true;
    if (found.left == flat::kNone) return false;
  }
  return false;
}

Result<void> Model::bpe_symbols(std::string_view piece, Workspace& work) const {
  work.symbols.clear();
  std::uint32_t unknown_size = 0;  // of the unknown token that is not added yet
  std::uint32_t unknown_id = 0;
  const auto flush = [&] {
    if (unknown_size != 0) add(work.symbols, unknown_id, unknown_size);
    unknown_size = 0;
  };
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t begin = at;
    (void)next_point(piece, at);
    std::string_view symbol = piece.substr(begin, at - begin);
    const auto size = static_cast<std::uint32_t>(symbol.size());
    const bool prefixed = begin != 0 && !prefix_.empty(),
               suffixed = at == piece.size() && !suffix_.empty();
    if (prefixed || suffixed) {
      work.text.assign(prefixed ? prefix_ : std::string_view()).append(symbol);
      if (suffixed) work.text += suffix_;
      symbol = work.text;
    }
    if (const auto id = vocabulary_.find(symbol)) {
      flush();
      add(work.symbols, *id, size);
      continue;
    }
    const auto id_of = [&](char byte) {
      return record_.byte_ids[static_cast<unsigned char>(byte)];
    };
    const bool falls_back = (record_.flags & flat::byte_fallback) != 0 &&
                            std::all_of(symbol.begin(), symbol.end(),
                                        [&](char byte) { return id_of(byte) != flat::kNone; });
    if (falls_back) {
      // An unknown token that waits comes behind these, as in the library.
      for (const char byte : symbol) add(work.symbols, id_of(byte), 1);
      continue;
    }
    if ((record_.flags & flat::drops_unknown) != 0) continue;
    GLOWPLUG_ASSIGN(unknown_id, unknown());
    if ((record_.flags & flat::fuse_unknown) == 0) flush();
    unknown_size += size;
  }
  flush();
  return {};
}

void Model::bpe_merge(Workspace& work) const {
  auto& symbols = work.symbols;
  auto& queue = work.queue;
  flat::MergeSlot slot;
  queue.clear();
  for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
    if (merge_of(symbols[i].id, symbols[i + 1].id, slot)) {
      queue.push_back({slot.rank, static_cast<std::uint32_t>(i), slot.merged});
    }
  }
  std::make_heap(queue.begin(), queue.end(), later);
  const auto offer = [&](std::int32_t left, std::int32_t right) {
    if (left < 0 || right < 0) return;
    const auto at = static_cast<std::size_t>(left), behind = static_cast<std::size_t>(right);
    if (!merge_of(symbols[at].id, symbols[behind].id, slot)) return;
    queue.push_back({slot.rank, static_cast<std::uint32_t>(left), slot.merged});
    std::push_heap(queue.begin(), queue.end(), later);
  };
  while (!queue.empty()) {
    std::pop_heap(queue.begin(), queue.end(), later);
    const Merge top = queue.back();
    queue.pop_back();
    Symbol& left = symbols[top.at];
    if (left.size == 0 || left.behind < 0) continue;
    Symbol& right = symbols[static_cast<std::size_t>(left.behind)];
    // Out of date if either has been merged meanwhile.
    if (!merge_of(left.id, right.id, slot) || slot.merged != top.merged) continue;
    left.id = top.merged;
    left.size += right.size;
    left.behind = right.behind;
    right.size = 0;
    if (left.behind >= 0) {
      symbols[static_cast<std::size_t>(left.behind)].before = static_cast<std::int32_t>(top.at);
    }
    offer(left.before, static_cast<std::int32_t>(top.at));
    offer(static_cast<std::int32_t>(top.at), left.behind);
  }
}

Result<void> Model::bpe(std::string_view piece, Ids& ids, Workspace& work) const {
  if ((record_.flags & flat::ignore_merges) != 0) {
    if (const auto id = vocabulary_.find(piece)) {
      ids.push_back(*id);
      return {};
    }
  }
  GLOWPLUG_TRY(bpe_symbols(piece, work));
  bpe_merge(work);
  for (const Symbol& symbol : work.symbols) {
    if (symbol.size != 0) ids.push_back(symbol.id);
  }
  return {};
}

}  // namespace glowplug::handler::text
