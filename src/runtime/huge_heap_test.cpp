#include "runtime/huge_heap.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/sanitizers.h"

namespace glowplug::runtime {
namespace {

/// AnonHugePages of "[heap]" in /proc/self/smaps, in KiB, all its parts together.
long huge_heap_kib() {
  std::ifstream maps("/proc/self/smaps");
  bool in_heap = false;
  long sum = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" kB") == std::string::npos) in_heap = line.find("[heap]") != std::string::npos;
    if (in_heap && line.starts_with("AnonHugePages:")) sum += std::stol(line.substr(14));
  }
  return sum;
}

bool has_huge_pages() {
  const auto modes = read_file("/sys/kernel/mm/transparent_hugepage/enabled", 4096);
  return modes && modes->find("[never]") == std::string::npos;
}

TEST(HugeHeap, SmallBlocksLieInHugePagesWhereTheSystemHasThem) {
  prefer_huge_heap();
  constexpr std::size_t kBlock = 4096;
  std::vector<std::unique_ptr<char[]>> blocks;  // NOLINT(modernize-avoid-c-arrays)
  for (int i = 0; i < 2048; ++i) {
    blocks.push_back(std::make_unique_for_overwrite<char[]>(kBlock));  // NOLINT
    std::memset(blocks.back().get(), i, kBlock);
  }
  constexpr bool kIsMallocOfGlibc = GLOWPLUG_ASAN == 0 && GLOWPLUG_TSAN == 0;
  EXPECT_EQ(huge_heap_kib() >= 2048, kIsMallocOfGlibc && has_huge_pages());
}

}  // namespace
}  // namespace glowplug::runtime
