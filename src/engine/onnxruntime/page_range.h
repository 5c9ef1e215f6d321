#pragma once
#include <cstddef>

#include "base/result.h"

namespace glowplug::engine::ort {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// A reserved range of addresses, private to the process, of which a first part may be used. What
/// is reserved and not yet usable costs nothing and counts against no limit.
///
/// Pages come from the system at their first touch, zeroed. A range that stays small has pages of 4
/// KiB; one that grows beyond kSmall asks for huge pages (madvise), which a system set to `never`
/// does not give: then it works with small ones. After a fork a child shares what was touched, copy
/// on write, 4 KiB at a time; what was not touched it gets afresh. Not for several threads at once.
class PageRange {
 public:
  static constexpr std::size_t kSmall = std::size_t{256} << 10;

  /// `bytes`: a multiple of kHugePage. Errors: exhausted.
  [[nodiscard]] static Result<PageRange> reserve(std::size_t bytes);
  PageRange(PageRange&& other) noexcept;
  PageRange& operator=(PageRange&&) = delete;
  ~PageRange();

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t reserved() const { return reserved_; }
  [[nodiscard]] std::size_t usable() const { return usable_; }
  /// Makes at least the first `bytes` usable. False: more than is reserved, or than this process
  /// may have (RLIMIT_DATA, cgroup).
  [[nodiscard]] bool grow(std::size_t bytes);
  /// Throws all content away and makes the first `bytes` usable, untouched. Huge pages hold every 2
  /// MiB of which at least half is within `bytes`; the rest gets small ones, so that no process
  /// pays 2 MiB for a last few KiB. False as grow; then nothing is usable.
  [[nodiscard]] bool renew(std::size_t bytes);

 private:
  PageRange(std::byte* data, std::size_t reserved) : data_(data), reserved_(reserved) {}
  [[nodiscard]] bool make_usable(std::size_t to);
  std::byte* data_;
  std::size_t reserved_;
  std::size_t usable_ = 0;
};

}  // namespace glowplug::engine::ort
