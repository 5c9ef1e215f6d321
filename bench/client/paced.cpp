// Times single requests on one connection with a pause before each, so that a function can fall
// asleep in between:
//
//   paced PORT REQUEST_FILE COUNT PAUSE_MS        REQUEST_FILE: a whole HTTP request that keeps the
//   connection
//
// Prints one time from send to the last byte of the answer in microseconds a line. An answer that
// is not 200 ends it with code 1.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

int connected(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

bool send_all(int fd, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

/// Reads one answer; false unless it is a 200 with a Content-Length.
bool receive_answer(int fd) {
  std::string got;
  char piece[65536];
  std::size_t whole = std::string::npos;
  while (got.size() < whole) {
    const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
    if (n <= 0) return false;
    got.append(piece, static_cast<std::size_t>(n));
    const std::size_t end = got.find("\r\n\r\n");
    if (whole != std::string::npos || end == std::string::npos) continue;
    const char* length = ::strcasestr(got.c_str(), "content-length:");
    if (length == nullptr || std::strncmp(got.c_str() + 9, "200", 3) != 0) return false;
    whole = end + 4 + static_cast<std::size_t>(std::atoll(length + 15));
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  std::ifstream file(argv[2]);
  const std::string request{std::istreambuf_iterator<char>(file), {}};
  const int fd = connected(std::atoi(argv[1]));
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    ::usleep(static_cast<useconds_t>(std::atof(argv[4]) * 1000));
    const auto begin = Clock::now();
    if (!send_all(fd, request) || !receive_answer(fd)) return 1;
    std::printf("%.1f\n", std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  return 0;
}
