#include "runtime/sandbox.h"

#include <sys/prctl.h>

namespace glowplug::runtime {

Sandbox Sandbox::create(std::vector<std::string>& missing) {
  Sandbox sandbox;
  if (auto landlock = Landlock::create({})) {
    sandbox.landlock_ = *std::move(landlock);
  } else {
    missing.emplace_back("landlock");
  }
  if (auto filter = SyscallFilter::create()) {
    sandbox.filter_ = *std::move(filter);
  } else {
    missing.emplace_back("seccomp");
  }
  return sandbox;
}

bool Sandbox::take_files() const {
  if (!landlock_) return true;
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && landlock_->enter();
}

bool Sandbox::take_system_calls() const {
  if (!filter_) return true;
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter_->install();
}

}  // namespace glowplug::runtime
