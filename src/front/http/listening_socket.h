#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace glowplug::front::http {

/// A listening TCP socket, non-blocking, SO_REUSEADDR. `host`: an address, a name, or "*" or "" for
/// every address (IPv6 and IPv4 by one socket where the machine has IPv6). Of a name's addresses
/// the first that can be had. Errors: invalid_argument, already_exists, permission_denied,
/// internal.
[[nodiscard]] Result<UniqueFd> listen_on(const std::string& host, std::uint16_t port);

/// Makes an inherited socket ready for use here. Errors: invalid_argument (does not listen).
[[nodiscard]] Result<void> prepare_listener(int fd);

/// The port that a socket is bound to; 0 when it is not TCP.
[[nodiscard]] std::uint16_t port_of(int fd);

/// "192.0.2.7:50412", "[::1]:50412" (also for IPv4 addresses mapped into IPv6: as IPv4), "unix".
[[nodiscard]] std::string text_of(const sockaddr_storage& address);

}  // namespace glowplug::front::http
