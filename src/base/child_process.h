#pragma once
#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"

namespace glowplug {

/// How a child ended.
struct ExitStatus {
  bool signaled = false;
  int number = 0;  ///< exit code, or the signal
  [[nodiscard]] bool success() const { return !signaled && number == 0; }
  /// "exited with code 3" or "was killed by signal 9 (Killed)".
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] static ExitStatus from_wait(int status);
};

struct SpawnOptions {
  std::vector<std::string> arguments;  ///< arguments[0] is the program's path, without search
  std::optional<std::vector<std::string>> environment;  ///< "NAME=value"; nullopt: the parent's
  std::vector<std::pair<int, int>>
      descriptors;  ///< (ours, the child's); all others are closed but 0, 1, 2
  bool die_with_parent =
      true;  ///< PR_SET_PDEATHSIG SIGKILL: tied to the spawning thread, which must live on
};

/// A running child with its pidfd. The destructor kills it (SIGKILL) and reaps it.
class ChildProcess {
 public:
  /// vfork-like start; returns after exec succeeded. Errors: not_found (no such program),
  /// permission_denied, exhausted.
  [[nodiscard]] static Result<ChildProcess> spawn(const SpawnOptions& options);
  ChildProcess(ChildProcess&&) noexcept = default;
  ChildProcess& operator=(ChildProcess&&) noexcept;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Readable when the child has ended.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  void kill(int signal) const;
  /// Waits until `deadline`; nullopt if it still runs then. After a status was returned the object
  /// owns nothing.
  [[nodiscard]] std::optional<ExitStatus> wait_until(Time deadline);
  [[nodiscard]] ExitStatus wait();

 private:
  ChildProcess(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  pid_t pid_ = -1;
  UniqueFd pidfd_;
};

/// What a finished program printed.
struct Finished {
  ExitStatus status;
  std::string output;  ///< stdout
  std::string errors;  ///< stderr
};
/// Runs a program to its end with empty stdin. Errors: as spawn; deadline_exceeded (it was killed).
[[nodiscard]] Result<Finished> run_program(std::vector<std::string> arguments,
                                           Duration limit = seconds(60));

/// The folder of the running program, links resolved.
[[nodiscard]] std::string program_folder();

}  // namespace glowplug
