#include "gateway/process_signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "base/file.h"

namespace glowplug::gateway {

Result<ProcessSignals> ProcessSignals::block() {
  (void)std::signal(SIGPIPE, SIG_IGN);
  sigset_t wanted;
  sigset_t before;
  sigemptyset(&wanted);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&wanted, number);
  pthread_sigmask(SIG_BLOCK, &wanted, &before);
  UniqueFd fd(signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) {
    const int reason = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return system_error("signalfd", reason);
  }
  return ProcessSignals(std::move(fd), before);
}

ProcessSignals::ProcessSignals(ProcessSignals&& other) noexcept
    : fd_(std::move(other.fd_)), before_(other.before_) {}

ProcessSignals::~ProcessSignals() {
  watch_.reset();
  if (fd_) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void ProcessSignals::watch(Loop& loop, std::function<void(int)> on_signal) {
  on_signal_ = std::move(on_signal);
  watch_ = loop.watch_readable(fd_.get(), [this] { read_all(); });
}

void ProcessSignals::read_all() {
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    on_signal_(static_cast<int>(info.ssi_signo));
}

}  // namespace glowplug::gateway
