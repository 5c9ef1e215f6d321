// libglowplug-media.so: glowplug-handler opens it for bundles whose handlers decode.
#include <cstdio>

#include "handler/media/media_inputs.h"
#include "handler/media_abi.h"

// Debian's libpng.a is made for programs, where a variable of the C library is at a fixed distance
// from the code. In a shared library only one of its own is: the linker is told to --wrap stderr.
extern "C" [[gnu::visibility("hidden")]] std::FILE* own_stderr asm("__wrap_stderr");
extern "C" std::FILE* stderr_of_libc asm("__real_stderr");
std::FILE* own_stderr = nullptr;

extern "C" [[gnu::visibility("default")]] const glowplug::handler::MediaLibrary*
glowplug_media_library() {
  static constexpr glowplug::handler::MediaLibrary kLibrary{
      glowplug::handler::kMediaAbi, glowplug::handler::media::make_media_input};
  own_stderr = stderr_of_libc;
  return &kLibrary;
}
