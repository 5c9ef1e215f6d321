#include "gateway/kept_memory.h"

#include <malloc.h>

namespace glowplug::gateway {
namespace {

constexpr int kUsual = 128 << 10;  // of both, in glibc; setting one ends that it adapts them
constexpr int kMostOfTheHeap =
    32 << 20;  // DEFAULT_MMAP_THRESHOLD_MAX; larger ones are mapped alone
constexpr int kKeptAtTheTop = 1 << 30;

void set_thresholds(int mapped_alone, int kept_at_the_top) {
  (void)::mallopt(M_MMAP_THRESHOLD, mapped_alone);
  (void)::mallopt(M_TRIM_THRESHOLD, kept_at_the_top);
}

}  // namespace

front::http::BodyMemoryCalls kept_memory() {
  return {[] { set_thresholds(kMostOfTheHeap, kKeptAtTheTop); },
          [](bool all) {
            if (all) set_thresholds(kUsual, kUsual);
            (void)::malloc_trim(0);
          }};
}

}  // namespace glowplug::gateway
