#include "engine/onnxruntime/heap.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/sanitizers.h"

namespace glowplug::engine::ort {
namespace {

constexpr std::size_t kRoom = std::size_t{64} << 20;

PageRange range(std::size_t bytes = kRoom) {
  auto made = PageRange::reserve(bytes);
  GLOWPLUG_CHECK(made);
  return *std::move(made);
}

bool aligned_to(const void* at, std::size_t bytes) {
  return reinterpret_cast<std::uintptr_t>(at) % bytes == 0;
}

TEST(PageRange, BeginsAtAHugePage) { EXPECT_TRUE(aligned_to(range().data(), kHugePage)); }

/// Pages of `bytes` from `at` on that this process has.
std::size_t present(std::byte* at, std::size_t bytes) {
  std::vector<unsigned char> pages(bytes / 4096);
  if (::mincore(at, bytes, pages.data()) != 0) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(pages, [](unsigned char one) { return (one & 1U) != 0; }));
}

TEST(PageRange, FetchesWhatItLaidOutBeforeItIsTouched) {
  constexpr std::size_t kTail = std::size_t{512} << 10;  // too little for a huge page
  PageRange pages = range();
  ASSERT_TRUE(pages.renew(PageRange::kLarge + kHugePage + kTail));
  std::byte* const huge = pages.data() + PageRange::kLarge;
  std::byte* const tail = huge + kHugePage;
  EXPECT_EQ(present(huge, kHugePage + kTail), 0U);
  pages.fetch(kHugePage - 1);  // they are more
  EXPECT_EQ(present(huge, kHugePage), 0U);
  pages.fetch(kHugePage);
  EXPECT_EQ(present(huge, kHugePage), kHugePage / 4096);
  EXPECT_EQ(present(tail, kTail), 0U);
  pages.fetch_small();
  EXPECT_EQ(present(tail, kTail), kTail / 4096);
  EXPECT_EQ(present(tail + kTail, 4096), 0U);
  ASSERT_TRUE(pages.renew(0));
  EXPECT_EQ(present(huge, kHugePage + kTail), 0U);
}

TEST(PageRange, KeepsItsContentWhenItGrows) {
  PageRange pages = range();
  ASSERT_TRUE(pages.grow(100));
  pages.data()[PageRange::kSmall - 1] = std::byte{1};
  ASSERT_TRUE(pages.grow(PageRange::kLarge + 1));
  pages.data()[PageRange::kLarge + kHugePage - 1] = std::byte{1};
  EXPECT_EQ(pages.data()[PageRange::kSmall - 1], std::byte{1});
}

TEST(PageRange, RefusesMoreThanWasReserved) {
  PageRange pages = range();
  EXPECT_TRUE(pages.grow(kRoom));
  EXPECT_FALSE(pages.grow(kRoom + 1));
}

TEST(PageRange, IsEmptyOfContentAfterRenewing) {
  PageRange pages = range();
  ASSERT_TRUE(pages.grow(2 * kHugePage));
  pages.data()[7] = pages.data()[kHugePage] = std::byte{1};
  ASSERT_TRUE(pages.renew(2 * kHugePage));
  EXPECT_EQ(pages.data()[7], std::byte{0});
  EXPECT_EQ(pages.data()[kHugePage], std::byte{0});
}

TEST(Heap, BlocksAreAlignedAndDoNotOverlap) {
  Heap heap(range());
  std::mt19937 random(1);
  std::map<std::byte*, std::size_t> blocks;
  for (int i = 0; i < 4000; ++i) {
    if (blocks.empty() || random() % 5 < 3) {
      const std::size_t size = random() % 20'000;
      auto* const block = static_cast<std::byte*>(heap.allocate(size));
      ASSERT_NE(block, nullptr);
      ASSERT_TRUE(aligned_to(block, 64));
      const auto after = blocks.lower_bound(block);
      if (after != blocks.end()) {
        ASSERT_LE(block + size, after->first);
      }
      if (after != blocks.begin()) {
        ASSERT_LE(std::prev(after)->first + std::prev(after)->second, block);
      }
      std::memset(block, 0xff, size);
      blocks[block] = size;
    } else {
      const auto victim = std::next(blocks.begin(), static_cast<int>(random() % blocks.size()));
      heap.release(victim->first);
      blocks.erase(victim);
    }
    ASSERT_EQ(heap.blocks(), blocks.size());
  }
  for (const auto& [block, size] : blocks) heap.release(block);
  EXPECT_EQ(heap.blocks(), 0U);
}

TEST(Heap, TakesTheLowestPlaceThatFits) {
  Heap heap(range());
  void* const first = heap.allocate(1000);
  void* const second = heap.allocate(1000);
  void* const third = heap.allocate(1000);
  heap.release(first);
  heap.release(second);
  EXPECT_EQ(heap.allocate(2000), first);
  heap.release(third);
}

TEST(Heap, TheSameRunFindsTheSamePlaces) {
  Heap heap(range());
  const auto run = [&heap] {
    std::vector<void*> places;
    for (const std::size_t size : {400'000U, 90'000U, 1'200'000U, 64U}) {
      places.push_back(heap.allocate(size));
      if (places.size() == 3) heap.release(places.at(0));
    }
    for (std::size_t i = 1; i < places.size(); ++i) heap.release(places[i]);
    return places;
  };
  const auto first = run();
  const std::size_t peak = heap.peak_bytes();
  EXPECT_EQ(run(), first);
  EXPECT_EQ(heap.peak_bytes(), peak);
}

TEST(Heap, ASmallRestGoesWithItsBlock) {
  Heap heap(range());
  void* const first = heap.allocate(1000);
  void* const second = heap.allocate(1000);
  heap.release(first);
  EXPECT_EQ(heap.allocate(960), first);
  EXPECT_NE(heap.allocate(1), first);
  heap.release(second);
}

TEST(Heap, KnowsItsOwnBlocks) {
  Heap heap(range());
  Heap other(range());
  void* const block = heap.allocate(1);
  EXPECT_TRUE(heap.holds(block));
  EXPECT_FALSE(other.holds(block));
}

TEST(Heap, GivesNothingBeyondItsRange) {
  Heap heap(range(2 * kHugePage));
  EXPECT_EQ(heap.allocate(kHugePage), nullptr);
  EXPECT_EQ(heap.allocate(SIZE_MAX), nullptr);
  EXPECT_NE(heap.allocate(kHugePage / 2), nullptr);
}

TEST(Heap, SmallBlocksStillGoBeforeALargeOne) {
  Heap heap(range());
  void* const small = heap.allocate(1000);
  void* const large = heap.allocate(kHugePage);
  EXPECT_GT(large, static_cast<std::byte*>(small) + PageRange::kSmall);
  void* const next = heap.allocate(1000);
  EXPECT_LT(next, large);
  for (void* const block : {small, large, next}) heap.release(block);
  // A block of the whole small part: the free pieces have joined.
  EXPECT_EQ(heap.allocate(PageRange::kSmall - 64), small);
}

TEST(Heap, IsAsNewAfterRenewing) {
  Heap heap(range());
  void* const small = heap.allocate(1000);
  void* const large = heap.allocate(kHugePage);
  heap.release(large);
  heap.release(small);
  heap.renew();
  EXPECT_EQ(heap.allocate(1000), small);
  EXPECT_EQ(heap.allocate(kHugePage), large);
}

TEST(Heap, KeepsWhatIsInUseWhenRenewed) {
  Heap heap(range());
  auto* const block = static_cast<char*>(heap.allocate(100));
  std::strcpy(block, "kept");
  heap.renew();
  EXPECT_STREQ(block, "kept");
}

constexpr std::size_t kMiB = std::size_t{1} << 20;

/// A chain of activations, each in use until the next one is made. First fit puts the second at the
/// bottom, the third above it, and has no room below for the fourth.
std::vector<void*> run_chain(Heap& heap, std::vector<std::size_t> sizes) {
  std::vector<void*> places;
  for (const std::size_t size : sizes) {
    places.push_back(heap.allocate(size));
    if (places.size() > 1) heap.release(places[places.size() - 2]);
  }
  heap.release(places.back());
  return places;
}

TEST(Heap, PlacesTheBlocksOfARunAnewOnceItKnowsTheirLives) {
  Heap heap(range());
  const std::vector<std::size_t> sizes{3 * kMiB, 2 * kMiB, 8 * kMiB, 4 * kMiB, 1000, 3 * kMiB};
  (void)run_chain(heap, sizes);
  EXPECT_GT(heap.peak_bytes(), PageRange::kLarge + 13 * kMiB);
  heap.renew();
  const auto places = run_chain(heap, sizes);
  EXPECT_LE(heap.peak_bytes(), PageRange::kLarge + 12 * kMiB + 4096);
  EXPECT_EQ(run_chain(heap, sizes), places);
  EXPECT_LE(heap.peak_bytes(), PageRange::kLarge + 12 * kMiB + 4096);
  heap.renew();
  EXPECT_EQ(run_chain(heap, sizes), places);
}

TEST(Heap, ARunThatDiffersFromThePlanFindsItsPlacesAllTheSame) {
  const std::vector<std::size_t> planned{3 * kMiB, 2 * kMiB, 8 * kMiB, 4 * kMiB, 1000};
  std::mt19937 random(1);
  Heap heap(range());
  (void)run_chain(heap, planned);
  heap.renew();
  for (int round = 0; round < 300; ++round) {
    std::map<std::byte*, std::size_t> blocks;
    const auto drop = [&](auto victim) {
      heap.release(victim->first);
      blocks.erase(victim);
    };
    for (std::size_t i = 0; i < 12; ++i) {
      const bool by_the_plan = i < planned.size() && random() % 6 != 0;
      const std::size_t size = by_the_plan ? planned[i] : random() % (2 * kMiB);
      auto* const block = static_cast<std::byte*>(heap.allocate(size));
      ASSERT_NE(block, nullptr);
      const auto after = blocks.lower_bound(block);
      if (after != blocks.end()) {
        ASSERT_LE(block + size, after->first);
      }
      if (after != blocks.begin()) {
        ASSERT_LE(std::prev(after)->first + std::prev(after)->second, block);
      }
      blocks[block] = size;
      if (random() % 2 == 0)
        drop(std::next(blocks.begin(), static_cast<int>(random() % blocks.size())));
    }
    while (!blocks.empty()) drop(blocks.begin());
  }
  // And the run of the plan goes by it again.
  const auto places = run_chain(heap, planned);
  heap.renew();
  EXPECT_EQ(run_chain(heap, planned), places);
}

bool has_huge_pages() {
  const auto modes = read_file("/sys/kernel/mm/transparent_hugepage/enabled", 4096);
  return modes && modes->find("[never]") == std::string::npos;
}

long page_faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// Faults of one use of `bytes`, in a forked child.
long faults_of_child(Heap& heap, std::size_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    const long before = page_faults();
    std::memset(heap.allocate(bytes), 1, bytes);
    ::_exit(static_cast<int>(std::min(255L, page_faults() - before)));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(Heap, AChildOfARenewedHeapTakesHugePagesWhereTheSystemGivesThem) {
  Heap heap(range());
  constexpr std::size_t kUse = 3 * kHugePage;
  void* const block = heap.allocate(kUse);
  std::memset(block, 1, kUse);
  heap.release(block);
  heap.renew();
  // Three, and one small page for the head's overhang; by small pages it would be 1536.
  const long faults = faults_of_child(heap, kUse);
  EXPECT_GE(faults, 1);
  if (has_huge_pages()) {
    // The address sanitizer looks at a byte for each eight that memset will write.
    constexpr long kShadowPages = GLOWPLUG_ASAN == 0 ? 0 : kUse / 8 / 4096;
    EXPECT_LE(faults, 32 + kShadowPages);
  }
}

}  // namespace
}  // namespace glowplug::engine::ort
