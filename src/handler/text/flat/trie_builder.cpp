#include "handler/text/flat/trie_builder.h"

#include <algorithm>

namespace glowplug::handler::text::flat {
namespace {

using Keys = std::vector<std::pair<std::string, std::uint32_t>>;
constexpr std::size_t kBlock = 256, kMaxUnits = std::size_t{1} << 24;

/// Places the states of sorted keys, one parent after the other.
class Builder {
 public:
  explicit Builder(const Keys& keys) : keys_(keys) { grow(); }

  Result<std::vector<TrieUnit>> build() {
    units_[0] = {0, 1};
    if (!keys_.empty()) {
      open_.push_back({0, keys_.size(), 0, 0});
      while (!open_.empty()) {
        const Range range = open_.back();
        open_.pop_back();
        GLOWPLUG_TRY(place(range));
      }
    }
    return std::move(units_);
  }

 private:
  struct Range {  // of keys that share their first `depth` bytes, whose state is `state`
    std::size_t begin, end, depth, state;
  };

  void grow() {
    units_.resize(units_.size() + kBlock, {0, 0});
    used_.resize(units_.size());
  }

  Result<void> place(Range range) {
    const std::string* key = &keys_[range.begin].first;
    if (key->size() == range.depth) {
      if (keys_[range.begin].second > 0x7FFFFFFF) return too_large();
      units_[range.state].value = keys_[range.begin].second + 2;
      ++range.begin;
    }
    children_.clear();
    for (std::size_t i = range.begin; i < range.end;) {
      const auto label = static_cast<unsigned char>(keys_[i].first[range.depth]);
      std::size_t end = i + 1;
      while (end < range.end &&
             static_cast<unsigned char>(keys_[end].first[range.depth]) == label) {
        ++end;
      }
      children_.push_back({label, {i, end, range.depth + 1, 0}});
      i = end;
    }
    if (children_.empty()) return {};
    const std::size_t base = find_base();
    if (units_.size() > kMaxUnits) return too_large();
    used_[base] = true;
    units_[range.state].base_and_label =
        static_cast<std::uint32_t>(base << 8) | (units_[range.state].base_and_label & 0xFF);
    for (Child& child : children_) {
      child.range.state = base ^ child.label;
      units_[child.range.state] = {child.label, 1};
      open_.push_back(child.range);
    }
    return {};
  }

  /// The first base whose places for all children are free.
  std::size_t find_base() {
    while (first_free_ < units_.size() && units_[first_free_].value != 0) ++first_free_;
    std::size_t tried = 0;
    for (std::size_t at = first_free_;; ++at) {
      if (at >= units_.size()) grow();
      if (units_[at].value != 0) continue;
      const std::size_t base = at ^ children_[0].label;
      // 0 says that there are no children; units do not tell parents of one base apart.
      if (base == 0 || used_[base]) continue;
      const bool free = std::all_of(children_.begin(), children_.end(), [&](const Child& child) {
        return units_[base ^ child.label].value == 0;
      });
      if (free) return base;
      // What is nearly full is not searched again and again.
      if (++tried == kTries) first_free_ = at;
    }
  }

  static Error too_large() {
    return Error{Code::too_large, "the vocabulary is too large for a tokenizer file", {}};
  }

  static constexpr std::size_t kTries = 4096;
  struct Child {
    unsigned char label;
    Range range;
  };
  const Keys& keys_;
  std::vector<TrieUnit> units_;
  std::vector<bool> used_;  // bases
  std::vector<Range> open_;
  std::vector<Child> children_;
  std::size_t first_free_ = 1;
};

}  // namespace

Result<std::vector<TrieUnit>> build_trie(Keys keys) {
  std::stable_sort(keys.begin(), keys.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  // Of equal ones the last stays.
  auto kept = std::unique(keys.rbegin(), keys.rend(),
                          [](const auto& a, const auto& b) { return a.first == b.first; });
  keys.erase(keys.begin(), kept.base());
  return Builder(keys).build();
}

}  // namespace glowplug::handler::text::flat
