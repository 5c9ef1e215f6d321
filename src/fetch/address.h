#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace glowplug::fetch {

/// An address of IPv4 or IPv6, in network order.
struct Address {
  bool is_v4 = true;
  std::array<std::uint8_t, 16> bytes{};  ///< the first 4 of IPv4
  bool operator==(const Address&) const = default;
};

/// "192.0.2.1" or "2001:db8::1" as RFC 4291 writes it, without brackets and zone; nothing for every
/// other spelling (0x7f.1, 2130706433, 0177.0.0.1).
[[nodiscard]] std::optional<Address> read_address(std::string_view text);
/// Of AF_INET or AF_INET6; nothing for other families. `length` bytes are there.
[[nodiscard]] std::optional<Address> address_of(const sockaddr& socket_address, std::size_t length);

/// What an address is for, as the registries of IANA for special-purpose addresses have it (RFC
/// 6890 and successors).
enum class AddressClass {
  global,         ///< anybody's on the Internet; all others are not
  unspecified,    ///< 0.0.0.0/8, ::
  loopback,       ///< 127.0.0.0/8, ::1
  private_use,    ///< RFC 1918, fc00::/7, fec0::/10, 64:ff9b:1::/48
  shared,         ///< 100.64.0.0/10 behind a provider's NAT
  link_local,     ///< 169.254.0.0/16, fe80::/10: metadata services of clouds
  multicast,      ///< 224.0.0.0/4, ff00::/8
  documentation,  ///< 192.0.2.0/24 and its like, 2001:db8::/32, 3fff::/20
  reserved,       ///< all else that is nobody's, and 168.63.129.16, Azure's metadata
};
[[nodiscard]] std::string_view name_of(AddressClass address_class);

/// Of an address that carries one of IPv4 (::ffff:0:0/96, 64:ff9b::/96, 2002::/16) the class of
/// that one.
[[nodiscard]] AddressClass class_of(const Address& address);

}  // namespace glowplug::fetch
