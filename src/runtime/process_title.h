#pragma once
#include <string_view>

namespace glowplug::runtime {

/// What `ps` shows of this process: its name ("gp-template", at most 15 bytes) and, in place of
/// its arguments, a title ("glowplug: iris (template)"), cut off where the arguments ended.
class ProcessTitle {
 public:
  /// The strings of `argv` must be those that main was given.
  ProcessTitle(int argc, char** argv);
  void set(std::string_view name, std::string_view title) const;

 private:
  char* start_ = nullptr;
  std::size_t room_ = 0;
};

}  // namespace glowplug::runtime
