#include "cli/verb_progress.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <ctime>

namespace glowplug::cli {

std::unique_ptr<Progress> make_progress(const Session& session) {
  const Terminal& terminal = session.output.terminal();
  const ProgressMode mode = session.output.mode() == OutputMode::text
                                ? progress_mode(session.invocation.text("progress"), terminal)
                                : ProgressMode::none;
  return std::make_unique<Progress>(
      mode, terminal, [](std::string_view text) { write_or_leave(STDERR_FILENO, text); });
}

Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string utc_time(std::int64_t unix_ms) {
  const std::time_t whole = unix_ms / 1000;
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

}  // namespace glowplug::cli
