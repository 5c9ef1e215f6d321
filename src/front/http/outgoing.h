#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "front/http/http_message.h"

namespace glowplug::front::http {

/// Bytes of answers on their way to one client, in order. Holds the bodies until they are sent.
class Outgoing {
 public:
  enum class Sent {
    all,
    some,  ///< the socket is full
    lost   ///< the connection is broken
  };

  /// A body so small is copied behind its head: one part costs the kernel less than two.
  static constexpr std::size_t kJoinedBytes = 2048;

  /// `body` and `pieces` follow the head.
  void push(std::string head, std::string body = {}, std::vector<HttpBodyPiece> pieces = {});
  /// Writes as much as the socket takes, many answers with one system call. No SIGPIPE.
  [[nodiscard]] Sent write_to(int fd);

  [[nodiscard]] bool empty() const { return bytes_ == 0; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Answer {
    std::string head;
    std::string body;
    std::vector<HttpBodyPiece> pieces;
    [[nodiscard]] std::size_t bytes() const;
  };
  void drop_sent(std::size_t bytes);

  std::vector<Answer> answers_;
  std::size_t first_ = 0;          // answers before it have been sent
  std::size_t sent_of_first_ = 0;  // bytes
  std::size_t bytes_ = 0;          // not yet sent
};

}  // namespace glowplug::front::http
