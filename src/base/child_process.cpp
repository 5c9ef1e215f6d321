#include "base/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "base/file.h"

namespace glowplug {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Moves the wanted descriptors to their numbers, out of each other's way first, and closes the
/// rest at exec.
bool arrange_descriptors(const std::vector<std::pair<int, int>>& wanted, int error_pipe) {
  int floor = 3;
  for (const auto& [ours, theirs] : wanted) floor = std::max(floor, theirs + 1);
  std::array<int, 64> moved{};
  if (wanted.size() > moved.size()) return false;
  const int kept_pipe = ::fcntl(error_pipe, F_DUPFD_CLOEXEC, floor);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    moved.at(i) = ::fcntl(wanted[i].first, F_DUPFD_CLOEXEC, floor);
    if (moved.at(i) < 0) return false;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (::dup2(moved.at(i), wanted[i].second) < 0) return false;
  }
  (void)::close_range(static_cast<unsigned>(floor), ~0U, CLOSE_RANGE_CLOEXEC);
  for (int fd = 3; fd < floor; ++fd) {
    const bool keep = std::any_of(wanted.begin(), wanted.end(),
                                  [fd](const auto& pair) { return pair.second == fd; });
    if (!keep) (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  return kept_pipe >= 0 && ::dup2(kept_pipe, kept_pipe) >= 0;
}

[[noreturn]] void become(const SpawnOptions& options, char* const* arguments,
                         char* const* environment, int error_pipe, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD})
    (void)std::signal(signal, SIG_DFL);
  bool fine = true;
  if (options.die_with_parent) {
    fine = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
    if (::getppid() != parent) ::_exit(127);  // the parent died before the line above
  }
  fine = fine && arrange_descriptors(options.descriptors, error_pipe);
  if (fine) ::execve(arguments[0], arguments, environment);
  const int reason = errno;
  (void)!::write(error_pipe, &reason, sizeof reason);
  ::_exit(127);
}

}  // namespace

std::string ExitStatus::describe() const {
  if (signaled) return fmt::format("was killed by signal {} ({})", number, ::strsignal(number));
  return fmt::format("exited with code {}", number);
}

ExitStatus ExitStatus::from_wait(int status) {
  if (WIFSIGNALED(status)) return {true, WTERMSIG(status)};
  return {false, WEXITSTATUS(status)};
}

Result<ChildProcess> ChildProcess::spawn(const SpawnOptions& options) {
  GLOWPLUG_CHECK(!options.arguments.empty());
  std::vector<std::string> arguments = options.arguments;
  const std::vector<char*> argument_pointers = pointers(arguments);
  std::vector<std::string> environment = options.environment.value_or(std::vector<std::string>{});
  const std::vector<char*> environment_pointers = pointers(environment);
  char* const* used_environment = options.environment ? environment_pointers.data() : ::environ;

  std::array<int, 2> pipe_ends{};
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return system_error("pipe", errno);
  UniqueFd read_end(pipe_ends[0]);
  UniqueFd write_end(pipe_ends[1]);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return system_error("fork", errno);
  if (pid == 0)
    become(options, argument_pointers.data(), used_environment, write_end.get(), parent);
  write_end.reset();
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  ChildProcess child(pid, std::move(pidfd));
  if (!child.pidfd_) return system_error("pidfd_open", errno);
  int reason = 0;
  ssize_t got = 0;
  do {
    got = ::read(read_end.get(), &reason, sizeof reason);
  } while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof reason))
    return system_error("start " + options.arguments[0], reason);
  return child;
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (!pidfd_) return;
  kill(SIGKILL);
  (void)wait();
}

void ChildProcess::kill(int signal) const {
  if (pidfd_) (void)::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

std::optional<ExitStatus> ChildProcess::wait_until(Time deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    pollfd poller{pidfd_.get(), POLLIN, 0};
    const int ready =
        ::poll(&poller, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000)));
    if (ready > 0) return wait();
    if (ready == 0 && Clock::now() >= deadline) return std::nullopt;
  }
}

ExitStatus ChildProcess::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pidfd_.reset();
  return ExitStatus::from_wait(status);
}

namespace {

struct Pipe {
  UniqueFd read_end, write_end;
  static Result<Pipe> make() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe", errno);
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  }
};

/// Reads what is there; false at the end of the pipe.
bool drain(int fd, std::string& into) {
  std::array<char, 16384> piece{};
  const ssize_t got = ::read(fd, piece.data(), piece.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  into.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0;
}

}  // namespace

Result<Finished> run_program(std::vector<std::string> arguments, Duration limit) {
  GLOWPLUG_ASSIGN(Pipe out, Pipe::make());
  GLOWPLUG_ASSIGN(Pipe err, Pipe::make());
  GLOWPLUG_ASSIGN(const UniqueFd nothing, open_file("/dev/null", O_RDONLY));
  const std::string name = arguments.front();
  GLOWPLUG_ASSIGN(ChildProcess child,
                  ChildProcess::spawn({.arguments = std::move(arguments),
                                       .environment = std::nullopt,
                                       .descriptors = {{nothing.get(), 0},
                                                       {out.write_end.get(), 1},
                                                       {err.write_end.get(), 2}}}));
  out.write_end.reset();
  err.write_end.reset();
  const Time deadline = Clock::now() + limit;
  Finished finished;
  std::array<pollfd, 2> polled{pollfd{out.read_end.get(), POLLIN, 0},
                               pollfd{err.read_end.get(), POLLIN, 0}};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    if (left <= 0)
      return Error{Code::deadline_exceeded,
                   fmt::format("{} did not end within {:.0f} s", name,
                               std::chrono::duration<double>(limit).count()),
                   {}};
    if (::poll(polled.data(), polled.size(),
               static_cast<int>(std::min<std::int64_t>(left, 1'000'000))) <= 0)
      continue;
    if (polled[0].revents != 0 && !drain(polled[0].fd, finished.output)) polled[0].fd = -1;
    if (polled[1].revents != 0 && !drain(polled[1].fd, finished.errors)) polled[1].fd = -1;
  }
  const auto status = child.wait_until(deadline);
  if (!status)
    return Error{Code::deadline_exceeded, fmt::format("{} did not end in time", name), {}};
  finished.status = *status;
  return finished;
}

std::string program_folder() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "." : path.parent_path().string();
}

}  // namespace glowplug
