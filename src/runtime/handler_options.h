#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "base/log.h"
#include "base/result.h"
#include "model/function_settings.h"

namespace glowplug::runtime {

/// `glowplug-handler --role template --control-fd N`, N + 1 being the gateway's doorbell.
struct TemplateOptions {
  int control_fd = 3;
};

/// `glowplug-handler BUNDLE [--http-port N] …`
struct ServerOptions {
  std::string bundle;
  std::string host = "127.0.0.1";
  std::uint16_t http_port = 8080;
  std::string
      engine;  ///< "native", "onnxruntime"; empty: native where the model is compiled for it
  std::string engine_library;  ///< empty: where it is installed (base/installation.h)
  GivenSettings settings;      ///< --timeout 5s, --max-queue 100, --max-batch 8 …
  LogLevel log_level = LogLevel::info;
  bool access_log = true;  ///< one JSON line a request on stderr
  bool busy_poll =
      true;  ///< look for the next request for 50 us before sleeping, where they come quickly
};

struct ShowHelp {};
struct ShowVersion {};

using HandlerOptions = std::variant<TemplateOptions, ServerOptions, ShowHelp, ShowVersion>;

/// Reads the arguments after the program's name. Errors: invalid_argument: wrong usage (exit 64).
[[nodiscard]] Result<HandlerOptions> read_handler_options(std::span<const char* const> arguments);
[[nodiscard]] std::string handler_help();

}  // namespace glowplug::runtime
