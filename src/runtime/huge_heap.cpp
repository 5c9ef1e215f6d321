#include "runtime/huge_heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace glowplug::runtime {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr int kGrowthBytes = 8 << 20;
constexpr int kMappedAloneBytes = 4 << 20;    // larger blocks are not of the heap
constexpr int kKeptAtTheTopBytes = 16 << 20;  // not given back when it is free

std::uintptr_t end_of_heap() { return reinterpret_cast<std::uintptr_t>(::sbrk(0)); }

/// The next block that the heap has no room for makes it grow; it is given back at once, and the
/// room stays.
void grow_heap() {
  constexpr std::size_t kMoreThanIsFree = std::size_t{1} << 20;
  void* volatile block = std::malloc(kMoreThanIsFree);  // volatile: or the compiler leaves both out
  std::free(block);
}

}  // namespace

void prefer_huge_heap() {
  ::mallopt(M_MMAP_THRESHOLD, kMappedAloneBytes);
  ::mallopt(M_TRIM_THRESHOLD, kKeptAtTheTopBytes);
  ::mallopt(M_TOP_PAD, kGrowthBytes);
  const std::uintptr_t before = end_of_heap();
  grow_heap();
  const std::uintptr_t after = end_of_heap();
  const std::uintptr_t first = (before + kHugePage - 1) / kHugePage * kHugePage;
  if (after < first + kHugePage) return;
  const std::uintptr_t last = after / kHugePage * kHugePage;
  // Refused where the kernel has no huge pages.
  (void)::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace glowplug::runtime
