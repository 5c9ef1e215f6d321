#pragma once
#include <curl/curl.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace glowplug::fetch {

/// libcurl's calls. Its library is opened when something is fetched first: linking it would bring
/// some thirty shared libraries into every start.
struct Curl {
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
  decltype(&curl_multi_init) multi_init = nullptr;
  decltype(&curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&curl_multi_perform) multi_perform = nullptr;
  decltype(&curl_multi_poll) multi_poll = nullptr;
  decltype(&curl_multi_wakeup) multi_wakeup = nullptr;
  decltype(&curl_multi_info_read) multi_info_read = nullptr;

  /// The library once for this process, opened by the first call; from any thread. Errors:
  /// unavailable (not installed, too old), with the fix.
  [[nodiscard]] static Result<const Curl*> open();
};

}  // namespace glowplug::fetch
