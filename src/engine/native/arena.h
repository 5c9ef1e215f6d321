#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "base/result.h"

namespace glowplug::engine::native {

/// Gives places in one piece of memory to values that live from one step to another; places of
/// values that do not meet may overlap.
class ArenaPlan {
 public:
  /// Forgets all places; `reserved` bytes at the start stay free for others.
  void reset(std::size_t reserved);
  /// First place that is free from step `first` to step `last`, a multiple of 64. `first` must not
  /// go down from call to call.
  [[nodiscard]] std::size_t place(std::size_t size, std::size_t first, std::size_t last);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Block {
    std::size_t begin;
    std::size_t end;
    std::size_t last;
  };
  std::vector<Block> blocks_;  ///< in use, by begin
  std::size_t reserved_ = 0;
  std::size_t size_ = 0;
};

/// Memory at a multiple of 64 that only grows.
class Arena {
 public:
  /// Errors: exhausted (more than `limit`).
  [[nodiscard]] Result<void> ensure(std::size_t size, std::size_t limit);
  [[nodiscard]] std::byte* data() const { return memory_.get(); }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_ = 0;
};

}  // namespace glowplug::engine::native
