#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/time.h"

namespace glowplug::scale {

/// Something that is kept because making it anew takes time: a template without instances.
struct Keepable {
  double uses_per_second = 0;  ///< how often it is needed (UseRate)
  Duration start_cost{0};      ///< what a use without it has to wait for
  std::uint64_t memory_bytes = 0;
  Time last_used;
};

enum class EvictionReason : std::uint8_t {
  worth_least,         ///< the others are worth more of the memory
  larger_than_budget,  ///< it would not fit alone
};
/// "worth_least", "larger_than_budget": labels of /metrics and of the log.
[[nodiscard]] std::string_view name_of(EvictionReason reason);

/// Who keeps memory when it is short: Greedy-Dual with size and frequency, as FaasCache (Fuerst and
/// Sharma, ASPLOS 2021) applies it to functions.
///
///   priority = clock + uses a second x seconds to start / MiB
///
/// taken when something enters, that is, after its last use. The least goes first, and the clock
/// moves on to what was evicted: it only rises, so that those who entered long ago and were not
/// used since fall behind newer ones however much they were worth, and whoever is evicted again and
/// again enters higher each time until it stays. Among equal priorities the longest unused goes
/// first, which without any rates is LRU.
///
/// Pure: a use while something is kept is `leave`, and `enter` once it is unused again.
class GreedyDual {
 public:
  using Key = std::uint64_t;
  struct Eviction {
    Key key = 0;
    EvictionReason reason = EvictionReason::worth_least;
    double priority = 0;
    double clock = 0;  ///< before it
  };

  explicit GreedyDual(std::uint64_t budget_bytes) : budget_bytes_(budget_bytes) {}

  /// `key` must not be in. Takes no decision yet: `shrink` does.
  void enter(Key key, const Keepable& thing);
  /// Nothing if it is not in.
  void leave(Key key);
  /// Takes out what has to go so that the rest fits into the budget, in the order in which it goes.
  [[nodiscard]] std::vector<Eviction> shrink();

  [[nodiscard]] std::uint64_t used_bytes() const { return used_bytes_; }
  [[nodiscard]] double clock() const { return clock_; }

 private:
  using Place = std::tuple<double, Time, Key>;  // priority, last used, key
  struct Entry {
    Place place;
    std::uint64_t memory_bytes = 0;
  };
  [[nodiscard]] std::vector<Eviction> take_larger_than_budget();

  std::uint64_t budget_bytes_;
  std::uint64_t used_bytes_ = 0;
  double clock_ = 0;
  std::map<Key, Entry> entries_;
  std::set<Place> order_;
};

}  // namespace glowplug::scale
