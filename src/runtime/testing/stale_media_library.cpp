// A library of codecs as another build would have made it: what it makes must not be asked for.
#include <cstdlib>

#include "handler/media_input.h"

namespace {

using namespace glowplug;  // NOLINT(google-build-using-namespace)

Result<std::unique_ptr<handler::Input>> never(const Json& /*spec*/, const Signature& /*signature*/,
                                              handler::Assets& /*assets*/) {
  std::abort();
}

}  // namespace

extern "C" [[gnu::visibility("default")]] const handler::MediaLibrary*
glowplug_media_library() {  // NOLINT(readability-identifier-naming): a name of C
  static constexpr handler::MediaLibrary kLibrary{"0.0.0-stale", never};
  return &kLibrary;
}
