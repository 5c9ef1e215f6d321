#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/json.h"

namespace glowplug::front::http::testing {

/// An answer as a client read it. Field names in small letters.
struct ReadAnswer {
  int status = 0;
  std::string status_line;
  std::map<std::string, std::string> fields;
  std::string body;
  /// Empty if the answer does not have it.
  [[nodiscard]] std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

inline std::string get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

inline std::string post(std::string_view target, std::string_view body,
                        std::string_view fields = "") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

/// `count` bytes; some tests want more than the kernel keeps for a socket.
inline std::string bytes(std::size_t count) {
  std::string made;
  made.resize(count, 'b');
  return made;
}

/// The text of {"error": text}.
inline std::string error_of(const ReadAnswer& answer) {
  const auto json = parse_json(answer.body);
  return json ? json->value("error", "") : "not JSON: " + answer.body;
}

/// A client of one blocking socket. Waits for what the server does; 30 s without anything is a
/// failure.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{30, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  explicit TestClient(UniqueFd connected) : fd_(std::move(connected)) {}

  /// False when the server has broken the connection off.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  /// Closes with a reset.
  void reset() {
    const linger at_once{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    fd_.reset();
  }
  void close() { fd_.reset(); }

  /// The next answer; status 0 if the connection ended before it was whole.
  ReadAnswer read(bool head_only = false) {
    ReadAnswer answer;
    if (!fill_until([this] { return input_.find("\r\n\r\n") != std::string::npos; })) return {};
    std::string head = input_.substr(0, input_.find("\r\n\r\n") + 2);
    input_.erase(0, head.size() + 2);
    take_head(head, answer);
    if (head_only || answer.status < 200) return answer;
    const std::size_t size = number(answer.field("content-length"));
    if (!fill_until([&] { return input_.size() >= size; })) return {};
    answer.body = input_.substr(0, size);
    input_.erase(0, size);
    return answer;
  }
  /// Whether the server ended the connection, and nothing came before that.
  bool ended() {
    fill_until([this] { return !input_.empty(); });
    return input_.empty();
  }
  /// Whether there is nothing to read now.
  [[nodiscard]] bool quiet() const {
    char byte = 0;
    return input_.empty() && ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
  }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  template <class Enough>
  bool fill_until(Enough enough) {
    char room[16384];
    while (!enough()) {
      const ssize_t size = ::recv(fd_.get(), room, sizeof(room), 0);
      if (size <= 0) return false;
      input_.append(room, static_cast<std::size_t>(size));
    }
    return true;
  }
  static std::size_t number(const std::string& digits) {
    return digits.empty() ? 0 : std::stoul(digits);
  }
  static void take_head(std::string& head, ReadAnswer& answer) {
    answer.status_line = head.substr(0, head.find("\r\n"));
    answer.status = std::stoi(answer.status_line.substr(9, 3));
    for (std::size_t at = answer.status_line.size() + 2; at < head.size();) {
      const std::size_t end = head.find("\r\n", at);
      const std::size_t colon = head.find(": ", at);
      std::string name = head.substr(at, colon - at);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      answer.fields[name] = head.substr(colon + 2, end - colon - 2);
      at = end + 2;
    }
  }

  UniqueFd fd_;
  std::string input_;
};

}  // namespace glowplug::front::http::testing
