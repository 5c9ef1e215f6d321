#include "gateway/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace glowplug::gateway {

std::uint64_t raise_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
  (void)getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

std::uint32_t connections_within(std::uint64_t limit, std::uint64_t reserved,
                                 std::uint32_t wanted) {
  const std::uint64_t left = limit > reserved ? limit - reserved : 0;
  return static_cast<std::uint32_t>(
      std::max<std::uint64_t>(1, std::min<std::uint64_t>(left, wanted)));
}

}  // namespace glowplug::gateway
