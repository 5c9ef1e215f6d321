#include "runtime/open_media.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string_view>

#include "base/installation.h"
#include "handler/media_abi.h"
#include "handler/spec.h"

namespace glowplug::runtime {
namespace {

Error unavailable(const std::filesystem::path& library, std::string_view reason) {
  return {
      Code::unavailable,
      fmt::format("handlers of pictures, texts and sounds need libglowplug-media.so: {}", reason),
      fmt::format("install Glowplug with lib/glowplug, or ninja glowplug-handler where it is "
                  "built: both make {} anew; GLOWPLUG_MEDIA_LIBRARY names another",
                  library.filename().string())};
}

}  // namespace

Result<handler::MakeMediaInput> open_media(const std::filesystem::path& library) {
  void* const opened = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) return unavailable(library, ::dlerror());  // NOLINT(concurrency-mt-unsafe)
  const auto entry =
      reinterpret_cast<handler::MediaLibraryEntry>(::dlsym(opened, handler::kMediaLibraryEntry));
  if (entry == nullptr)
    return unavailable(library, fmt::format("{} does not export {}", library.string(),
                                            handler::kMediaLibraryEntry));
  const handler::MediaLibrary& media = *entry();
  if (std::string_view(media.abi) != handler::kMediaAbi)
    return unavailable(library, fmt::format("{} is of build {}, this program of {}",
                                            library.string(), media.abi, handler::kMediaAbi));
  return handler::MakeMediaInput(media.make);
}

Result<handler::MakeMediaInput> open_media_for(const Json& spec) {
  if (!handler::needs_media(spec)) return handler::MakeMediaInput();
  return open_media(media_library_path());
}

}  // namespace glowplug::runtime
