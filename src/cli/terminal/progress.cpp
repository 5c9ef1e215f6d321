#include "cli/terminal/progress.h"

#include <fmt/format.h>

#include <utility>

namespace glowplug::cli {
namespace {

constexpr Duration kQuietTime = milliseconds(300);
constexpr Duration kPlainInterval = seconds(30);
constexpr Duration kTick = milliseconds(100);
constexpr std::string_view kClearLine = "\r\x1b[K";

double seconds_between(Time from, Time to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

ProgressMode progress_mode(std::string_view wanted, const Terminal& terminal) {
  if (wanted == "none") return ProgressMode::none;
  if (wanted == "plain") return ProgressMode::plain;
  return terminal.live ? ProgressMode::live : ProgressMode::plain;
}

void PhaseText::start(std::string phase, Time now) {
  phase_ = std::move(phase);
  step_.clear();
  began_ = said_ = now;
  live_line_ = false;
}

std::string PhaseText::tick(Time now) {
  if (mode_ == ProgressMode::none || now - began_ < kQuietTime) return "";
  const std::string_view sign = utf8_ ? "…" : "...";
  const std::string what = step_.empty() ? phase_ : phase_ + ": " + step_;
  if (mode_ == ProgressMode::live) {
    live_line_ = true;
    return fmt::format("{}{}{} {:.1f}s", kClearLine, what, sign, seconds_between(began_, now));
  }
  if (now - said_ < kPlainInterval) return "";
  said_ = now;
  return fmt::format("{}{} {:.0f}s\n", what, sign, seconds_between(began_, now));
}

std::string PhaseText::end(Time now, bool good, std::string_view detail) {
  std::string clear(std::exchange(live_line_, false) ? kClearLine : "");
  if (mode_ == ProgressMode::none || now - began_ < kQuietTime) return clear;
  const std::string_view sign = good ? (utf8_ ? "✓" : "ok") : (utf8_ ? "✗" : "fail");
  return fmt::format("{}{} {:<10} {}{}{:.1f}s\n", clear,
                     paint(good ? Style::good : Style::bad, sign, color_), phase_, detail,
                     detail.empty() ? "" : "   ", seconds_between(began_, now));
}

Progress::Progress(ProgressMode mode, const Terminal& terminal, Write write)
    : write_(std::move(write)), text_(mode, terminal.utf8, terminal.color_err) {
  if (mode != ProgressMode::none) thread_ = std::thread([this] { watch(); });
}

Progress::~Progress() {
  {
    const MutexLock lock(mutex_);
    leaving_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Progress::start(std::string phase) {
  {
    const MutexLock lock(mutex_);
    text_.start(std::move(phase), Clock::now());
    running_ = true;
  }
  changed_.notify_one();
}

void Progress::step(std::string_view text) {
  const MutexLock lock(mutex_);
  text_.step(text);
}

void Progress::end(bool good, std::string_view detail) {
  const MutexLock lock(mutex_);
  if (!std::exchange(running_, false)) return;
  if (const std::string text = text_.end(Clock::now(), good, detail); !text.empty()) write_(text);
}

void Progress::watch() {
  const MutexLock lock(mutex_);
  while (!leaving_) {
    if (!running_) {
      changed_.wait(mutex_);
      continue;
    }
    changed_.wait_for(mutex_, kTick);
    if (!running_ || leaving_) continue;
    if (const std::string text = text_.tick(Clock::now()); !text.empty()) write_(text);
  }
}

}  // namespace glowplug::cli
