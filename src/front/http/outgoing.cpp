#include "front/http/outgoing.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>

namespace glowplug::front::http {
namespace {

/// The parts of one system call; what is left out goes with the next one.
class Gathered {
 public:
  /// The first `skip` bytes of all that is added have been sent.
  explicit Gathered(std::size_t skip) : skip_(skip) {}
  void add(std::string_view bytes) {
    const std::size_t skipped = std::min(skip_, bytes.size());
    skip_ -= skipped;
    bytes.remove_prefix(skipped);
    if (bytes.empty() || full()) return;
    parts_[count_++] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  [[nodiscard]] bool full() const { return count_ == parts_.size(); }
  [[nodiscard]] ssize_t send(int fd) {
    constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
    if (count_ == 1) return ::send(fd, parts_[0].iov_base, parts_[0].iov_len, kFlags);
    msghdr message{};
    message.msg_iov = parts_.data();
    message.msg_iovlen = count_;
    return ::sendmsg(fd, &message, kFlags);
  }

 private:
  std::array<iovec, 64> parts_;  // NOLINT(*-member-init): the first count_ are set
  std::size_t count_ = 0;
  std::size_t skip_;
};

}  // namespace

std::size_t Outgoing::Answer::bytes() const {
  std::size_t total = head.size() + body.size();
  for (const HttpBodyPiece& piece : pieces) total += piece.bytes.size();
  return total;
}

void Outgoing::push(std::string head, std::string body, std::vector<HttpBodyPiece> pieces) {
  if (body.size() <= kJoinedBytes) head += std::exchange(body, {});
  answers_.push_back({std::move(head), std::move(body), std::move(pieces)});
  bytes_ += answers_.back().bytes();
}

Outgoing::Sent Outgoing::write_to(int fd) {
  while (bytes_ != 0) {
    Gathered gathered(sent_of_first_);
    for (std::size_t i = first_; i < answers_.size() && !gathered.full(); ++i) {
      gathered.add(answers_[i].head);
      gathered.add(answers_[i].body);
      for (const HttpBodyPiece& piece : answers_[i].pieces) gathered.add(piece.bytes);
    }
    const ssize_t sent = gathered.send(fd);
    if (sent > 0) {
      drop_sent(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      return Sent::some;
    } else if (errno != EINTR) {
      return Sent::lost;
    }
  }
  return Sent::all;
}

void Outgoing::drop_sent(std::size_t bytes) {
  bytes_ -= bytes;
  sent_of_first_ += bytes;
  while (first_ < answers_.size()) {
    const std::size_t size = answers_[first_].bytes();
    if (sent_of_first_ < size) return;
    sent_of_first_ -= size;
    answers_[first_++] = {};  // gives the body back now
  }
  answers_.clear();
  first_ = 0;
}

}  // namespace glowplug::front::http
