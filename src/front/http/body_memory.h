#pragma once
#include <cstdint>
#include <functional>

#include "base/loop.h"

namespace glowplug::front::http {

/// What a program does with its allocator. A front without it leaves the allocator as it is.
struct BodyMemoryCalls {
  std::function<void()> keep;  ///< large bodies come: what they free is wanted again
  /// There is free memory that was not wanted for long; `all`: `keep` no longer holds.
  std::function<void(bool all)> give_back;
};

/// Decides from the bytes of bodies in use when memory that they left is given back to the system:
/// when for a whole period less than half of what it was made for is in use. Under a steady load
/// nothing is, so that no request pays for fresh pages; without bodies everything is, after one
/// to two periods. While there are no large bodies it has no timer. On the loop's thread.
class BodyMemory {
 public:
  static constexpr std::uint64_t kLeastBytes = std::uint64_t{1} << 20;  ///< less is let be
  static constexpr Duration kPeriod = seconds(1);

  /// `loop` outlives the object.
  explicit BodyMemory(Loop& loop) : loop_(loop) {}
  void set_calls(BodyMemoryCalls calls) { calls_ = std::move(calls); }
  /// Bytes of all bodies from now on.
  void in_use(std::uint64_t bytes);

 private:
  void look();

  Loop& loop_;
  BodyMemoryCalls calls_;
  std::uint64_t now_ = 0;
  std::uint64_t most_ = 0;  // since the last look
  std::uint64_t room_ = 0;  // what memory was made for; 0: nothing is kept
  Loop::Handle timer_;
};

}  // namespace glowplug::front::http
