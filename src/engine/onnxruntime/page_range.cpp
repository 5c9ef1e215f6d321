#include "engine/onnxruntime/page_range.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/file.h"

namespace glowplug::engine::ort {
namespace {

constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

constexpr std::size_t round_up(std::size_t value, std::size_t to) {
  return (value + to - 1) / to * to;
}

/// A wish: systems without huge pages refuse it.
void ask_for_huge_pages(std::byte* from, std::size_t bytes) {
  if (bytes > 0) (void)::madvise(from, bytes, MADV_HUGEPAGE);
}

}  // namespace

Result<PageRange> PageRange::reserve(std::size_t bytes) {
  GLOWPLUG_CHECK(bytes % kHugePage == 0);
  void* const mapped = ::mmap(nullptr, bytes + kHugePage, PROT_NONE, kPrivate, -1, 0);
  if (mapped == MAP_FAILED)
    return system_error(fmt::format("reserve {} bytes of addresses", bytes), errno);
  auto* const start = static_cast<std::byte*>(mapped);
  const std::size_t before = round_up(reinterpret_cast<std::uintptr_t>(mapped), kHugePage) -
                             reinterpret_cast<std::uintptr_t>(mapped);
  if (before > 0) (void)::munmap(start, before);
  if (before < kHugePage) (void)::munmap(start + before + bytes, kHugePage - before);
  return PageRange(start + before, bytes);
}

PageRange::PageRange(PageRange&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      reserved_(other.reserved_),
      usable_(other.usable_),
      huge_(other.huge_),
      expected_(other.expected_) {}

PageRange::~PageRange() {
  if (data_ != nullptr) (void)::munmap(data_, reserved_);
}

bool PageRange::make_usable(std::size_t from, std::size_t to) {
  if (::mprotect(data_ + from, to - from, PROT_READ | PROT_WRITE) != 0) return false;
  usable_ = to;
  return true;
}

bool PageRange::grow(std::size_t end) {
  if (end <= usable_) return true;
  if (end > reserved_) return false;
  if (usable_ == 0 && !make_usable(0, kSmall)) return false;
  if (end <= kSmall) return true;
  const std::size_t from = std::max(usable_, kLarge);
  if (!make_usable(from, round_up(end, kHugePage))) return false;
  ask_for_huge_pages(data_ + from, usable_ - from);
  return true;
}

bool PageRange::renew(std::size_t end) {
  // Mapped anew and not MADV_DONTNEED, which may leave page tables in which no huge page can lie.
  if (usable_ > 0 && ::mmap(data_, usable_, PROT_NONE, kPrivate | MAP_FIXED, -1, 0) == MAP_FAILED)
    return false;
  usable_ = huge_ = expected_ = 0;
  if (end > reserved_ || !make_usable(0, kSmall)) return false;
  expected_ = end;
  if (end <= kLarge) return true;
  if (!make_usable(kLarge, round_up(end, kHugePage))) return false;
  huge_ = (end - kLarge + kHugePage / 2) / kHugePage * kHugePage;
  ask_for_huge_pages(data_ + kLarge, huge_);
  return true;
}

void PageRange::fetch_small() {
  const std::size_t from = kLarge + huge_;
  if (expected_ <= from) return;
  constexpr std::size_t kPage = 4096;
  (void)::madvise(data_ + from, round_up(expected_ - from, kPage), MADV_POPULATE_WRITE);
}

void PageRange::fetch(std::size_t most_bytes) {
  // Kernels before 5.14 refuse it; a system without huge pages would give small ones, each of which
  // costs a fork as much as it saves.
  if (huge_ > 0 && huge_ <= most_bytes) (void)::madvise(data_ + kLarge, huge_, MADV_POPULATE_WRITE);
}

}  // namespace glowplug::engine::ort
