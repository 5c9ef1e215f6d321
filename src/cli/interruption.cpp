#include "cli/interruption.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/time.h"

namespace glowplug::cli {
namespace {

constexpr Duration kGrace = seconds(3);  // for work of this process itself, and to clean up
constexpr int kLookAgainMs = 100;

sigset_t interrupting_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  return signals;
}

/// Children of every thread (proc(5), /proc/PID/task/TID/children).
void kill_children() {
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) ::kill(child, SIGKILL);
  }
}

}  // namespace

Interruption::Interruption(const Output& output) : output_(output) {
  const sigset_t signals = interrupting_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_ = UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC));
  ending_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  GLOWPLUG_CHECK(signals_ && ending_);
  thread_ = std::thread([this] { watch(); });
}

Interruption::~Interruption() {
  const std::uint64_t one = 1;
  GLOWPLUG_CHECK(::write(ending_.get(), &one, sizeof one) == sizeof one);
  thread_.join();
  const sigset_t signals = interrupting_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void Interruption::watch() {
  Time last_moment = Time::max();
  for (;;) {
    std::array<pollfd, 2> polled{pollfd{signals_.get(), POLLIN, 0},
                                 pollfd{ending_.get(), POLLIN, 0}};
    const bool waits = happened_;
    if (::poll(polled.data(), polled.size(), waits ? kLookAgainMs : -1) < 0) continue;
    if (polled[1].revents != 0) return;
    if (waits && Clock::now() >= last_moment) ::_exit(kInterrupted);
    if (waits) kill_children();  // the work may have started another
    if (polled[0].revents == 0) continue;
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) continue;
    if (happened_.exchange(true)) ::_exit(kInterrupted);
    last_moment = Clock::now() + kGrace;
    output_.note("stopping; once more ends at once");
    kill_children();
  }
}

Failure Interruption::explain(Failure failure, std::string_view what_remains) const {
  if (!happened()) return failure;
  return Failure(Error{Code::cancelled, fmt::format("interrupted; {}", what_remains), {}}, {},
                 kInterrupted);
}

}  // namespace glowplug::cli
