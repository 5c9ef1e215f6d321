#include "handler/text/encoding.h"

#include <algorithm>

namespace glowplug::handler::text {
namespace {

using Ids = std::vector<std::uint32_t>;

void cut(Ids& ids, std::size_t size, Side side) {
  if (size >= ids.size()) return;
  const auto surplus = static_cast<std::ptrdiff_t>(ids.size() - size);
  if (side == Side::right) {
    ids.resize(size);
  } else {
    ids.erase(ids.begin(), ids.begin() + surplus);
  }
}

/// The shorter one stays whole as long as the other one can give enough; else both get half.
void cut_longest_first(Ids& first, Ids& second, std::size_t room, Side side) {
  std::size_t shorter = std::min(first.size(), second.size());
  std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  const bool swapped = first.size() > second.size();
  cut(first, swapped ? longer : shorter, side);
  cut(second, swapped ? shorter : longer, side);
}

Result<void> cut_only(Ids* ids, std::size_t surplus, Side side) {
  if (ids == nullptr) {
    return invalid_argument("only the second text may be truncated, and there is none");
  }
  if (ids->size() <= surplus) {
    return invalid_argument("the text that may be truncated is too short to make both fit");
  }
  cut(*ids, ids->size() - surplus, side);
  return {};
}

template <class T>
void pad_list(std::vector<T>& list, std::size_t size, T with, Side side) {
  const std::size_t missing = size - list.size();
  list.insert(side == Side::right ? list.end() : list.begin(), missing, with);
}

}  // namespace

Result<void> truncate(Ids& first, Ids* second, std::size_t room, const Truncation& truncation) {
  if (room == 0) {
    first.clear();
    if (second != nullptr) second->clear();
    return {};
  }
  const std::size_t total = first.size() + (second == nullptr ? 0 : second->size());
  if (total <= room) return {};
  switch (truncation.strategy) {
    case Strategy::longest_first:
      if (second == nullptr) {
        cut(first, room, truncation.side);
      } else {
        cut_longest_first(first, *second, room, truncation.side);
      }
      return {};
    case Strategy::only_first:
      return cut_only(&first, total - room, truncation.side);
    case Strategy::only_second:
      return cut_only(second, total - room, truncation.side);
  }
  return {};
}

void pad(std::vector<Encoding>& encodings, const Padding& padding) {
  std::size_t size = padding.fixed.value_or(0);
  if (!padding.fixed) {
    for (const Encoding& encoding : encodings) size = std::max(size, encoding.size());
  }
  if (const std::size_t multiple = padding.multiple_of; multiple > 0) {
    size = (size + multiple - 1) / multiple * multiple;
  }
  for (Encoding& encoding : encodings) {
    if (encoding.size() >= size) continue;
    pad_list(encoding.ids, size, padding.id, padding.side);
    pad_list(encoding.type_ids, size, padding.type_id, padding.side);
    pad_list(encoding.attention_mask, size, std::uint8_t{0}, padding.side);
    pad_list(encoding.special_tokens_mask, size, std::uint8_t{1}, padding.side);
  }
}

}  // namespace glowplug::handler::text
