#include "runtime/forked_ahead.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

#include "runtime/instance_process.h"

namespace glowplug::runtime {

bool ForkedAhead::fork(std::uint32_t slot, const std::function<void(int word)>& child) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    ++lost_;
    return false;
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  const pid_t pid = ::fork();
  if (pid == 0) child(theirs.get());
  if (pid < 0) {
    ++lost_;
    return false;
  }
  pid_ = pid;
  slot_ = slot;
  word_ = std::move(ours);
  ready_ = false;
  stocked_ = true;
  return true;
}

std::optional<pid_t> ForkedAhead::read_ready() {
  char word = 0;
  const ssize_t got = ::recv(word_.get(), &word, 1, MSG_DONTWAIT);
  if (got == 1 && word == static_cast<char>(AheadWord::ready)) {
    ready_ = true;
    return pid_;
  }
  if (got == 0) word_.reset();  // it has ended, and will be reaped
  return std::nullopt;
}

bool ForkedAhead::say(char word) const {
  return ::send(word_.get(), &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

void ForkedAhead::give_memory_back() {
  stocked_ = false;
  (void)say(static_cast<char>(AheadWord::give_memory_back));
}

std::optional<pid_t> ForkedAhead::take(std::uint32_t slot) {
  lost_ = 0;
  if (pid_ != 0 && !ready_) (void)read_ready();
  if (!ready_ || slot_ != slot || !say(static_cast<char>(AheadWord::serve))) return std::nullopt;
  const pid_t pid = pid_;
  forget();
  return pid;
}

void ForkedAhead::drop() {
  if (pid_ == 0) return;
  (void)::kill(pid_, SIGKILL);  // not reaped yet, so the number is still its own
  forget();
}

bool ForkedAhead::ended(pid_t pid) {
  if (pid_ == 0 || pid != pid_) return false;
  ++lost_;
  forget();
  return true;
}

void ForkedAhead::forget() {
  pid_ = 0;
  word_.reset();
  ready_ = stocked_ = false;
}

}  // namespace glowplug::runtime
