#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glowplug::instances {

/// The users that engines run as when the gateway is started by root: one for each function, so
/// that functions cannot signal, trace or read each other. They need no entry in /etc/passwd.
class UserRange {
 public:
  /// `count` users from `first` on; the default lies in the part of Debian's table that packages
  /// do not take by themselves.
  explicit UserRange(std::uint32_t first = 64000, std::uint32_t count = 1000)
      : first_(first), count_(count) {}

  /// The user of a function: by its name, so that it is the same after a restart; the next free one
  /// where two names meet. Errors: exhausted (more functions than users).
  [[nodiscard]] Result<std::uint32_t> user_for(std::string_view function);
  /// Whether this process can become them: it is root, and its user namespace maps the range.
  [[nodiscard]] bool usable(const std::filesystem::path& uid_map = "/proc/self/uid_map") const;

 private:
  std::uint32_t first_;
  std::uint32_t count_;
  std::map<std::string, std::uint32_t, std::less<>> users_;
};

}  // namespace glowplug::instances
