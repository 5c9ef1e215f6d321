#include "fetch/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace glowplug::fetch {
namespace {

/// The addresses whose first `bits` are those of `start`.
struct Block {
  std::array<std::uint8_t, 16> start;
  int bits;
  AddressClass address_class;
};

using enum AddressClass;

constexpr std::array kBlocksV4{
    Block{{0}, 8, unspecified},
    Block{{10}, 8, private_use},
    Block{{100, 64}, 10, shared},
    Block{{127}, 8, loopback},
    Block{{168, 63, 129, 16}, 32, reserved},
    Block{{169, 254}, 16, link_local},
    Block{{172, 16}, 12, private_use},
    Block{{192, 0, 0}, 24, reserved},
    Block{{192, 0, 2}, 24, documentation},
    Block{{192, 88, 99}, 24, reserved},
    Block{{192, 168}, 16, private_use},
    Block{{198, 18}, 15, reserved},
    Block{{198, 51, 100}, 24, documentation},
    Block{{203, 0, 113}, 24, documentation},
    Block{{224}, 4, multicast},
    Block{{240}, 4, reserved},
};

/// The first that fits decides.
constexpr std::array kBlocksV6{
    Block{{}, 128, unspecified},
    Block{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, loopback},
    Block{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, private_use},
    Block{{0x20, 0x01, 0x0d, 0xb8}, 32, documentation},
    Block{{0x20, 0x01}, 23, reserved},
    Block{{0x3f, 0xff}, 20, documentation},
    Block{{0xfc}, 7, private_use},
    Block{{0xfe, 0x80}, 10, link_local},
    Block{{0xfe, 0xc0}, 10, private_use},
    Block{{0xff}, 8, multicast},
    Block{{0x20}, 3, global},
};

/// Addresses of IPv6 that carry one of IPv4 behind their first `bits`.
constexpr std::array kCarriers{
    Block{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, global},
    Block{{0x00, 0x64, 0xff, 0x9b}, 96, global},
    Block{{0x20, 0x02}, 16, global},
};

bool lies_in(const Address& address, const Block& block) {
  const auto whole = static_cast<std::size_t>(block.bits / 8);
  if (!std::equal(block.start.begin(), block.start.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes.begin()))
    return false;
  const int rest = block.bits % 8;
  if (rest == 0) return true;
  const int differs = address.bytes.at(whole) ^ block.start.at(whole);
  return differs >> (8 - rest) == 0;
}

template <std::size_t N>
const Block* block_of(const Address& address, const std::array<Block, N>& blocks) {
  const auto found =
      std::ranges::find_if(blocks, [&](const Block& block) { return lies_in(address, block); });
  return found == blocks.end() ? nullptr : &*found;
}

template <class Bytes>
Address address_from(const Bytes& bytes, bool is_v4) {
  Address address;
  address.is_v4 = is_v4;
  std::memcpy(address.bytes.data(), &bytes, sizeof bytes);
  return address;
}

}  // namespace

std::optional<Address> read_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() != text.size() || terminated.find('\0') != std::string::npos) return {};
  in_addr four{};
  if (::inet_pton(AF_INET, terminated.c_str(), &four) == 1) return address_from(four, true);
  in6_addr six{};
  if (::inet_pton(AF_INET6, terminated.c_str(), &six) == 1) return address_from(six, false);
  return std::nullopt;
}

std::optional<Address> address_of(const sockaddr& socket_address, std::size_t length) {
  if (socket_address.sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in four{};
    std::memcpy(&four, &socket_address, sizeof four);
    return address_from(four.sin_addr, true);
  }
  if (socket_address.sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 six{};
    std::memcpy(&six, &socket_address, sizeof six);
    return address_from(six.sin6_addr, false);
  }
  return std::nullopt;
}

std::string_view name_of(AddressClass address_class) {
  switch (address_class) {
    case global:
      return "public";
    case unspecified:
      return "unspecified";
    case loopback:
      return "loopback";
    case private_use:
      return "private";
    case shared:
      return "carrier-grade NAT";
    case link_local:
      return "link-local";
    case multicast:
      return "multicast";
    case documentation:
      return "documentation";
    case reserved:
      break;
  }
  return "reserved";
}

AddressClass class_of(const Address& address) {
  if (address.is_v4) {
    const Block* const block = block_of(address, kBlocksV4);
    return block == nullptr ? global : block->address_class;
  }
  if (const Block* const carrier = block_of(address, kCarriers)) {
    Address carried;
    const auto from = address.bytes.begin() + carrier->bits / 8;
    std::copy(from, from + 4, carried.bytes.begin());
    return class_of(carried);
  }
  const Block* const block = block_of(address, kBlocksV6);
  return block == nullptr ? reserved : block->address_class;
}

}  // namespace glowplug::fetch
