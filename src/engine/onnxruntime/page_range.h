#pragma once
#include <cstddef>

#include "base/result.h"

namespace glowplug::engine::ort {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// A reserved range of addresses, private to the process, of which a first part may be used. What
/// is reserved and not yet usable costs nothing and counts against no limit.
///
/// Pages come from the system at their first touch, zeroed. The first kSmall bytes have pages of 4
/// KiB, so that little use stays little; nothing lies between them and kLarge, where huge pages
/// begin (madvise: a system set to `never` does not give them, and small ones serve). After a fork
/// a child shares what was touched, copy on write, 4 KiB at a time; what was not touched it gets
/// afresh. Not for several threads at once.
class PageRange {
 public:
  static constexpr std::size_t kSmall = std::size_t{256} << 10;
  static constexpr std::size_t kLarge = kHugePage;

  /// `bytes`: a multiple of kHugePage. Errors: exhausted.
  [[nodiscard]] static Result<PageRange> reserve(std::size_t bytes);
  PageRange(PageRange&& other) noexcept;
  PageRange& operator=(PageRange&&) = delete;
  ~PageRange();

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t reserved() const { return reserved_; }
  /// Makes it usable up to `end`, which is at most kSmall or beyond kLarge. False: more than is
  /// reserved, or than this process may have (RLIMIT_DATA).
  [[nodiscard]] bool grow(std::size_t end);
  /// Throws all content away and makes it usable up to `end`, untouched. The 2 MiB that `end` lies
  /// in get a huge page only if at least half of them is before it, so that no process pays 2 MiB
  /// for a last few KiB. False as grow; then less or nothing is usable.
  [[nodiscard]] bool renew(std::size_t end);
  /// In a forked child: fetches the small pages of what `renew` laid out by one call, not by a
  /// fault each.
  void fetch_small();
  /// Fetches the huge pages of what `renew` laid out, now and zeroed. A child that is forked then
  /// has them to itself, without a copy, once this process has called `renew` again. Nothing if
  /// they are more than `most_bytes`, or none.
  void fetch(std::size_t most_bytes);

 private:
  PageRange(std::byte* data, std::size_t reserved) : data_(data), reserved_(reserved) {}
  [[nodiscard]] bool make_usable(std::size_t from, std::size_t to);
  std::byte* data_;
  std::size_t reserved_;
  std::size_t usable_ = 0;    // up to here
  std::size_t huge_ = 0;      // of it, from kLarge on, laid out in huge pages by `renew`
  std::size_t expected_ = 0;  // what `renew` was told
};

}  // namespace glowplug::engine::ort
