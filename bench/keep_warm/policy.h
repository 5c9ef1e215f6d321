#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "scale/greedy_dual.h"
#include "scale/use_rate.h"
#include "trace.h"

namespace glowplug::bench {

/// Who keeps a template without instances. Functions are named by their index in the trace.
class Policy {
 public:
  virtual ~Policy() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// The function is invoked while it has no instance.
  virtual void woken(std::uint32_t function, Time now) = 0;
  /// Its template is without instances from now on.
  virtual void idle(std::uint32_t function, const TracedFunction& about, Time last_used,
                    Time now) = 0;
  /// Its template works again, or is gone.
  virtual void leave(std::uint32_t function) = 0;
  /// Takes out what has to go for the memory budget.
  [[nodiscard]] virtual std::vector<std::uint32_t> shrink() = 0;
  /// An idle template ends after this long in any case; nullopt: never.
  [[nodiscard]] virtual std::optional<Duration> keep_alive() const { return std::nullopt; }
};

/// What `serve` uses: scale::GreedyDual, with the rate as its pool counts it.
[[nodiscard]] std::unique_ptr<Policy> make_greedy_dual(std::uint64_t budget_bytes,
                                                       std::size_t functions, Duration half_life);
/// The longest unused goes first; with `keep_alive`, also everything unused for that long.
[[nodiscard]] std::unique_ptr<Policy> make_lru(std::uint64_t budget_bytes,
                                               std::optional<Duration> keep_alive);
/// The largest goes first.
[[nodiscard]] std::unique_ptr<Policy> make_largest_first(std::uint64_t budget_bytes);

}  // namespace glowplug::bench
