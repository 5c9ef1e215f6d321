#include "runtime/handler.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/version.h"
#include "runtime/container_server.h"
#include "runtime/handler_options.h"
#include "runtime/process_title.h"
#include "runtime/template_role.h"

namespace glowplug::runtime {
namespace {

constexpr int kWrongUsage = 64;

void print(std::FILE* to, const std::string& text) {
  (void)std::fputs(text.c_str(), to);
  (void)std::fflush(to);
}

int fail(const Error& error, int code) {
  print(stderr, "glowplug-handler: " + error.message + "\n");
  if (!error.fix.empty()) print(stderr, error.fix + "\n");
  return code;
}

int server_role(const ServerOptions& options, const OpenEngine& open) {
  Log log = Log::to_stderr(options.log_level);
  const auto served = serve_container(options, open, log, [](const std::string& address) {
    print(stdout, "listening http=" + address + "\n");
  });
  return served ? 0 : fail(served.error(), 1);
}

}  // namespace

int run_handler(int argc, char** argv, const OpenEngine& open) {
  // Before any engine's library is opened: later ones start a thread and write files without it.
  (void)::setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  const ProcessTitle title(argc, argv);
  const auto count = static_cast<std::size_t>(argc > 0 ? argc - 1 : 0);
  const auto options = read_handler_options(std::span<const char* const>(argv + 1, count));
  if (!options) return fail(options.error(), kWrongUsage);
  if (std::holds_alternative<ShowHelp>(*options)) {
    print(stdout, handler_help());
    return 0;
  }
  if (std::holds_alternative<ShowVersion>(*options)) {
    print(stdout, "glowplug-handler " + std::string(kVersion) + "\n");
    return 0;
  }
  if (const auto* role = std::get_if<TemplateOptions>(&*options))
    return run_template_role(role->control_fd, open, title);
  return server_role(std::get<ServerOptions>(*options), open);
}

}  // namespace glowplug::runtime
