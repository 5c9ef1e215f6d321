#include "runtime/sandbox.h"

#include <sys/prctl.h>

namespace glowplug::runtime {

Sandbox Sandbox::create(std::vector<std::string>& missing) {
  Sandbox sandbox;
  auto landlock = Landlock::create({});
  if (!landlock) missing.emplace_back("landlock");
  if (auto filter = SyscallFilter::create()) {
    sandbox.filter_ = *std::move(filter);  // none of its calls names a file
  } else {
    missing.emplace_back("seccomp");
    if (landlock) sandbox.landlock_ = *std::move(landlock);
  }
  return sandbox;
}

Sandbox Sandbox::create_for_code(LandlockRules rules, std::vector<std::string>& missing) {
  Sandbox sandbox;
  if (Landlock::create({})) {
    sandbox.code_rules_ = std::move(rules);
  } else {
    missing.emplace_back("landlock");
  }
  if (auto filter = SyscallFilter::create_for_code()) {
    sandbox.filter_ = *std::move(filter);
  } else {
    missing.emplace_back("seccomp");
  }
  return sandbox;
}

bool Sandbox::take_files(const std::filesystem::path& scratch) const {
  if (!landlock_ && !code_rules_) return true;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (landlock_) return landlock_->enter().has_value();
  LandlockRules rules = *code_rules_;
  if (!scratch.empty()) rules.write.push_back(scratch);
  const auto own = Landlock::create(rules);
  return own && own->enter();
}

bool Sandbox::take_system_calls() const {
  if (!filter_) return true;
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter_->install();
}

}  // namespace glowplug::runtime
