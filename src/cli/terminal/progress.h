#pragma once
#include <condition_variable>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/mutex.h"
#include "base/time.h"
#include "cli/terminal/terminal.h"

namespace glowplug::cli {

enum class ProgressMode {
  live,   ///< one line that is rewritten, replaced by "✓ phase  detail  1.2s"
  plain,  ///< a line at the end of a phase, and one each 30 s
  none
};
/// `wanted`: auto, plain or none.
[[nodiscard]] ProgressMode progress_mode(std::string_view wanted, const Terminal& terminal);

/// What to write about one phase as time goes by; phases under 300 ms are not mentioned. Pure: time
/// comes in.
class PhaseText {
 public:
  PhaseText(ProgressMode mode, bool utf8, bool color) : mode_(mode), utf8_(utf8), color_(color) {}
  void start(std::string phase, Time now);
  /// A more exact word for what the phase does now.
  void step(std::string_view text) { step_ = text; }
  /// Text to write at `now`; empty: nothing is due.
  [[nodiscard]] std::string tick(Time now);
  /// The phase is over. `good` false: it failed; the error says more.
  [[nodiscard]] std::string end(Time now, bool good, std::string_view detail);

 private:
  ProgressMode mode_;
  bool utf8_;
  bool color_;
  std::string phase_;
  std::string step_;
  Time began_{};
  Time said_{};
  bool live_line_ = false;
};

/// Shows phases on stderr from a thread of its own, so that a phase need not report. The public
/// calls are for one thread.
class Progress {
 public:
  using Write = std::function<void(std::string_view text)>;
  Progress(ProgressMode mode, const Terminal& terminal, Write write);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void start(std::string phase) EXCLUDES(mutex_);
  void step(std::string_view text) EXCLUDES(mutex_);
  void done(std::string_view detail = {}) EXCLUDES(mutex_) { end(true, detail); }
  void failed() EXCLUDES(mutex_) { end(false, {}); }

 private:
  void end(bool good, std::string_view detail) EXCLUDES(mutex_);
  void watch() EXCLUDES(mutex_);

  Write write_;
  Mutex mutex_;
  ConditionVariable changed_;
  PhaseText text_ GUARDED_BY(mutex_);
  bool running_ GUARDED_BY(mutex_) = false;
  bool leaving_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // not started when there is nothing to show
};

}  // namespace glowplug::cli
