#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "model/function_settings.h"

namespace glowplug::gateway {

/// What `glowplug serve` and `up` are told. Settings of the process are here; those of functions in
/// `settings`.
struct ServeOptions {
  std::string host = "127.0.0.1";
  std::uint16_t http_port = 8080;  ///< 0: any free port
  std::vector<std::filesystem::path>
      bundles;  ///< serve these, named by their manifests; empty: all functions of the store
  std::filesystem::path home;  ///< the store's folder
  GivenSettings
      settings;  ///< defaults for all functions; a function's own record in the store beats them
  std::filesystem::path handler_program;  ///< glowplug-handler; empty: beside this program
  std::filesystem::path engine_library;   ///< empty: found as `doctor` says
  std::uint64_t template_budget_bytes =
      std::uint64_t{1} << 30;  ///< idle templates beyond this are evicted, those worth least first
  std::uint64_t max_body_bytes = std::uint64_t{64} << 20;
  std::uint64_t max_buffered_bytes = std::uint64_t{512}
                                     << 20;  ///< bodies of all requests under way; one more is 503
  std::uint32_t max_connections = 10000;
  Duration drain_timeout = seconds(30);  ///< SIGTERM: accepted requests have this long
  bool access_log = true;                ///< one JSON line a request on stderr
  bool busy_poll = true;  ///< look for events for 50 us before sleeping, where they come quickly
  bool sandbox = true;    ///< seccomp, landlock, a user of their own for instances
};

/// Why `serve` came back.
enum class Ended { drained, interrupted };

/// Serves until SIGTERM (drains) or SIGINT (ends at once); a second one of them ends the process as
/// if nobody had caught it. SIGHUP reads the functions again without losing a request: a new
/// version takes over when its template is ready, the old one finishes what it has. Blocks these
/// signals while it runs; call it before other threads are started.
///
/// `listening` is called once the port is bound and the functions are loaded, with the address for
/// the first line on stdout: "listening http=127.0.0.1:43121". Templates of the first functions
/// are being started then. A function that does not load leaves the others alone and is known as
/// not ready.
///
/// Errors: not_found (a bundle), invalid_argument, unavailable (port taken, with the fix), the
/// first function's if none of them can be served, and what the store says.
[[nodiscard]] Result<Ended> serve(const ServeOptions& options, Log& log,
                                  const std::function<void(const std::string& line)>& listening);

}  // namespace glowplug::gateway
