// Times a server from exec to its first answer: starts COMMAND, sends REQUEST to 127.0.0.1:PORT
// every 0.1 ms until the status is 200, prints the milliseconds and the CPU milliseconds of the
// server and its children, and ends it.
//
//   launch PORT REQUEST_FILE COMMAND [ARGUMENT...]        REQUEST_FILE: a whole HTTP request with
//   "Connection: close"
//
// A parent in Python would add several milliseconds of its own.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kGiveUp = std::chrono::seconds(60);

pid_t start(char** command) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(nothing, fd);
  ::execvp(command[0], command);
  ::_exit(127);
}

/// Whether one request is answered 200 now.
bool answered(int port, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  char head[13] = {};
  const bool fine = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) ==
                        static_cast<ssize_t>(request.size()) &&
                    ::recv(fd, head, 12, MSG_WAITALL) == 12 && std::strcmp(head + 9, "200") == 0;
  ::close(fd);
  return fine;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 64;
  std::ifstream file(argv[2]);
  const std::string request{std::istreambuf_iterator<char>(file), {}};
  const auto begin = Clock::now();
  const pid_t pid = start(argv + 3);
  while (!answered(std::atoi(argv[1]), request)) {
    if (Clock::now() - begin > kGiveUp || ::waitpid(pid, nullptr, WNOHANG) == pid) return 1;
    ::usleep(100);
  }
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  std::printf("%.3f\n", ms);
  ::kill(-pid, SIGTERM);
  for (int i = 0; i < 300 && ::waitpid(pid, nullptr, WNOHANG) != pid; ++i) ::usleep(10000);
  ::kill(-pid, SIGKILL);
  return 0;
}
