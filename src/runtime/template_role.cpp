#include "runtime/template_role.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/fd.h"
#include "base/log.h"
#include "runtime/template_process.h"

namespace glowplug::runtime {
namespace {

constexpr int kUsageError = 64;

/// The number of a descriptor that was inherited; it must not be inherited further.
UniqueFd inherited(int number) {
  if (::fcntl(number, F_SETFD, FD_CLOEXEC) != 0) return {};
  return UniqueFd(number);
}

}  // namespace

int run_template_role(int control_fd, const OpenEngine& open, const ProcessTitle& title) {
  UniqueFd control = inherited(control_fd);
  UniqueFd doorbell = inherited(control_fd + 1);
  if (!control || !doorbell) {
    fmt::print(stderr,
               "glowplug-handler: descriptors {} and {} are not open\n"
               "this role is started by the gateway; for a server see --help\n",
               control_fd, control_fd + 1);
    return kUsageError;
  }
  // Standard error becomes the log of the user's own code where there is such.
  const UniqueFd own_log(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
  Log log = Log::to_descriptor(own_log ? own_log.get() : STDERR_FILENO);
  const int code = run_template(std::move(control), std::move(doorbell), open, title, log);
  ::_exit(code);  // engines are never destroyed: instances may still run on what they hold
}

}  // namespace glowplug::runtime
