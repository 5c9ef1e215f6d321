#pragma once
#include <cstddef>

#include "base/fd.h"
#include "base/result.h"

namespace glowplug::instances {

/// Shared memory mapped for reading and writing.
class RingMemory {
 public:
  /// A new memfd of fixed size: sealed against shrinking (which would make the other side's reads
  /// fault), growing and further seals. Filled with zeros; costs no memory until written. Errors:
  /// exhausted, internal.
  [[nodiscard]] static Result<RingMemory> create(std::size_t size_bytes);
  /// Maps one made by `create`. Errors: invalid_argument unless it is at least `least_bytes` large
  /// and sealed.
  [[nodiscard]] static Result<RingMemory> attach(UniqueFd fd, std::size_t least_bytes);
  RingMemory(RingMemory&& other) noexcept;
  RingMemory& operator=(RingMemory&&) = delete;
  ~RingMemory();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Gives whole pages back to the system; they read as zeros afterwards. Offsets are multiples of
  /// the page size.
  void give_back(std::size_t from, std::size_t to) const;
  /// Closes the descriptor; the mapping stays.
  void forget_descriptor() { fd_.reset(); }

 private:
  RingMemory(UniqueFd fd, std::byte* data, std::size_t size)
      : fd_(std::move(fd)), data_(data), size_(size) {}
  static Result<RingMemory> map(UniqueFd fd, std::size_t size);
  UniqueFd fd_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace glowplug::instances
