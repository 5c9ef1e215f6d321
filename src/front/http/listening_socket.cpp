#include "front/http/listening_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/file.h"

namespace glowplug::front::http {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

bool is_any(const std::string& host) { return host.empty() || host == "*"; }

Result<Addresses> addresses_of(const std::string& host, std::uint16_t port, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string service = std::to_string(port);
  const int failed =
      getaddrinfo(is_any(host) ? nullptr : host.c_str(), service.c_str(), &hints, &list);
  if (failed != 0)
    return Error{Code::invalid_argument,
                 fmt::format("cannot listen on host \"{}\": {}", host, gai_strerror(failed)),
                 "give an address of this machine, such as 127.0.0.1 or \"*\""};
  return Addresses(list);
}

Error bind_error(const std::string& host, std::uint16_t port, int reason) {
  Error error =
      system_error(fmt::format("listen on {}:{}", is_any(host) ? "*" : host.c_str(), port), reason);
  if (reason == EADDRINUSE) {
    error.code = Code::already_exists;
    error.fix = "stop what listens there, or choose another port (0: any free one)";
  } else if (reason == EADDRNOTAVAIL) {
    error.code = Code::invalid_argument;
    error.fix = "give an address of this machine, such as 127.0.0.1 or \"*\"";
  } else if (reason == EACCES) {
    error.fix = "choose a port of 1024 or more";
  }
  return error;
}

void set_flag(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof(value));
}

Result<UniqueFd> listen_on_one(const addrinfo& address, const std::string& host,
                               std::uint16_t port) {
  UniqueFd fd(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return bind_error(host, port, errno);
  set_flag(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.ai_family == AF_INET6)
    set_flag(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, is_any(host) ? 0 : 1);
  if (::bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0)
    return bind_error(host, port, errno);
  return fd;
}

Result<UniqueFd> listen_on_first(const std::string& host, std::uint16_t port, int family) {
  GLOWPLUG_ASSIGN(const Addresses addresses, addresses_of(host, port, family));
  Error last{Code::internal, "no address to listen on", {}};
  for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
    Result<UniqueFd> fd = listen_on_one(*at, host, port);
    if (fd) return fd;
    last = std::move(fd).error();
  }
  return last;
}

std::string ipv4_text(const void* address, in_port_t port) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, address, text.data(), text.size());
  return fmt::format("{}:{}", text.data(), ntohs(port));
}

std::string ipv6_text(const sockaddr_in6& address) {
  constexpr std::size_t kMappedAt = 12;  // bytes before the IPv4 address
  if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr))
    return ipv4_text(&address.sin6_addr.s6_addr[kMappedAt], address.sin6_port);
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
  return fmt::format("[{}]:{}", text.data(), ntohs(address.sin6_port));
}

}  // namespace

Result<UniqueFd> listen_on(const std::string& host, std::uint16_t port) {
  if (!is_any(host)) return listen_on_first(host, port, AF_UNSPEC);
  Result<UniqueFd> both = listen_on_first(host, port, AF_INET6);
  if (both || both.error().code == Code::already_exists) return both;
  return listen_on_first(host, port, AF_INET);  // a machine without IPv6
}

Result<void> prepare_listener(int fd) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
    return Error{Code::invalid_argument,
                 fmt::format("file descriptor {} is not a listening socket", fd),
                 {}};
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
    return system_error("make the listening socket non-blocking", errno);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  return {};
}

std::uint16_t port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

std::string text_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
    return ipv4_text(&ipv4.sin_addr, ipv4.sin_port);
  }
  if (address.ss_family == AF_INET6)
    return ipv6_text(reinterpret_cast<const sockaddr_in6&>(address));
  return "unix";
}

}  // namespace glowplug::front::http
