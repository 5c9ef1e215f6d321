#include "fetch/curl.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace glowplug::fetch {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";
/// Signature V4 with session tokens, protocols by name, QUICK_EXIT: Debian 12 has 7.88.
constexpr unsigned kOldestVersion = 0x075800;

Error not_usable(std::string why) {
  return Error{Code::unavailable, "inputs cannot be fetched here: " + std::move(why),
               "apt-get install libcurl4"};
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<Curl> open_library() {
  // Local: its OpenSSL must not meet ours, which is linked statically.
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return not_usable(::dlerror());
  Curl curl;
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_version_info) version_info = nullptr;
  const bool found = find(library, "curl_global_init", global_init) &&
                     find(library, "curl_version_info", version_info) &&
                     find(library, "curl_easy_init", curl.easy_init) &&
                     find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                     find(library, "curl_easy_setopt", curl.easy_setopt) &&
                     find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                     find(library, "curl_easy_strerror", curl.easy_strerror) &&
                     find(library, "curl_slist_append", curl.slist_append) &&
                     find(library, "curl_slist_free_all", curl.slist_free_all) &&
                     find(library, "curl_multi_init", curl.multi_init) &&
                     find(library, "curl_multi_cleanup", curl.multi_cleanup) &&
                     find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
                     find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
                     find(library, "curl_multi_perform", curl.multi_perform) &&
                     find(library, "curl_multi_poll", curl.multi_poll) &&
                     find(library, "curl_multi_wakeup", curl.multi_wakeup) &&
                     find(library, "curl_multi_info_read", curl.multi_info_read);
  if (!found) return not_usable(fmt::format("{} lacks calls", kLibrary));
  const curl_version_info_data* const version = version_info(CURLVERSION_NOW);
  if (version->version_num < kOldestVersion)
    return not_usable(fmt::format("libcurl {} is older than 7.88", version->version));
  if (const int asynchronous = version->features & CURL_VERSION_ASYNCHDNS; asynchronous == 0)
    return not_usable("this libcurl resolves names while everything else waits");
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return not_usable("libcurl does not start");
  return curl;
}

}  // namespace

Result<const Curl*> Curl::open() {
  static const Result<Curl> opened = open_library();
  if (!opened) return opened.error();
  return &*opened;
}

}  // namespace glowplug::fetch
