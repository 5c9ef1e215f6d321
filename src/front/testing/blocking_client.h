#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace glowplug::front::testing {

/// An answer as a test sees it.
struct ClientAnswer {
  int status = 0;    ///< 0: the connection ended without one
  std::string head;  ///< status line and fields
  std::string body;

  /// The value of a field spelled exactly so; empty without it.
  [[nodiscard]] std::string header(std::string_view name) const {
    const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    const std::size_t start = at + 2 + name.size() + 2;
    return head.substr(start, head.find("\r\n", start) - start);
  }
};

/// A client on 127.0.0.1 that blocks: for tests whose server runs on another thread.
class BlockingClient {
 public:
  explicit BlockingClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }

  void send(std::string_view bytes) {
    while (connected_ && !bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// `body_expected`: false for the answer to HEAD.
  ClientAnswer receive(bool body_expected = true) {
    ClientAnswer answer;
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!read_more()) return answer;
    }
    const std::size_t end = buffer_.find("\r\n\r\n") + 2;
    answer.head = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    answer.status = std::atoi(answer.head.c_str() + 9);
    const auto length =
        static_cast<std::size_t>(std::atoll(answer.header("Content-Length").c_str()));
    while (body_expected && buffer_.size() < length) {
      if (!read_more()) break;
    }
    answer.body = buffer_.substr(0, body_expected ? length : 0);
    buffer_.erase(0, answer.body.size());
    return answer;
  }
  ClientAnswer ask(std::string_view method, std::string_view target, std::string_view body = {},
                   std::string_view fields = {}) {
    std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: t\r\n";
    text += fields;
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(text + "\r\n" + std::string(body));
    return receive(method != "HEAD");
  }
  void close() { socket_.reset(); }

 private:
  bool read_more() {
    char bytes[65536];  // NOLINT(modernize-avoid-c-arrays)
    const ssize_t got = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  UniqueFd socket_;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace glowplug::front::testing
