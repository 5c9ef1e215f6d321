#include "instances/ring/doorbell.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/file.h"

namespace glowplug::instances {

Result<Doorbell> Doorbell::create(Given given) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("make a doorbell", errno);
  Doorbell doorbell{UniqueFd(ends[0]), UniqueFd(ends[1])};
  // The instance's listening end must block: it sleeps in read(2). All other ends must not.
  if (::fcntl(doorbell.ringing_.get(), F_SETFL, O_NONBLOCK) != 0)
    return system_error("make a doorbell", errno);
  if (given == Given::ringing_end && ::fcntl(doorbell.listening_.get(), F_SETFL, O_NONBLOCK) != 0)
    return system_error("make a doorbell", errno);
  return doorbell;
}

void ring_doorbell(int ringing_end) {
  const char one = 1;
  // A full pipe (EAGAIN) is readable already, which is all that a ring is for.
  while (::write(ringing_end, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void Doorbell::ring() const { ring_doorbell(ringing_.get()); }

void Doorbell::drain() const {
  std::array<char, 4096> rings{};
  for (;;) {
    const ssize_t got = ::read(listening_.get(), rings.data(), rings.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < static_cast<ssize_t>(rings.size())) return;
  }
}

}  // namespace glowplug::instances
