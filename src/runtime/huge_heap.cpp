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

char* end_of_heap() { return static_cast<char*>(::sbrk(0)); }

/// Bytes from the last huge page's start before it to `at`.
std::size_t beyond_page(const char* at) { return reinterpret_cast<std::uintptr_t>(at) % kHugePage; }

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
  char* const before = end_of_heap();
  grow_heap();
  char* const after = end_of_heap();
  char* const first = before + (kHugePage - beyond_page(before)) % kHugePage;
  char* const last = after - beyond_page(after);
  // Refused where the kernel has no huge pages.
  if (first < last) (void)::madvise(first, static_cast<std::size_t>(last - first), MADV_HUGEPAGE);
}

}  // namespace glowplug::runtime
