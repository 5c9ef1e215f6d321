#include "runtime/process_title.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace glowplug::runtime {

ProcessTitle::ProcessTitle(int argc, char** argv) {
  if (argc < 1) return;
  // The kernel lays the arguments one after the other and shows that memory as the command line.
  start_ = argv[0];
  room_ = static_cast<std::size_t>(argv[argc - 1] - argv[0]) + std::strlen(argv[argc - 1]);
}

void ProcessTitle::set(std::string_view name, std::string_view title) const {
  (void)::prctl(PR_SET_NAME, std::string(name).c_str());
  if (start_ == nullptr) return;
  const std::size_t used = std::min(title.size(), room_);
  std::memcpy(start_, title.data(), used);
  std::memset(start_ + used, 0, room_ - used);
}

}  // namespace glowplug::runtime
