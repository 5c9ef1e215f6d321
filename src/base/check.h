#pragma once

namespace glowplug {
/// Prints the broken condition with its place and ends the process (abort). Used by GLOWPLUG_CHECK.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace glowplug

/// For our own bugs only: what users, files, children or the network send is never checked by this.
#define GLOWPLUG_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::glowplug::check_failed(#condition, __FILE__, __LINE__))
