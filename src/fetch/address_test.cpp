#include "fetch/address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

namespace glowplug::fetch {
namespace {

using enum AddressClass;

AddressClass class_named(std::string_view text) {
  const auto address = read_address(text);
  EXPECT_TRUE(address) << text;
  return address ? class_of(*address) : global;
}

/// First and last of every block, and their neighbors.
TEST(AddressClass, OfEveryBlockOfIpv4) {
  for (const auto& [text, expected] : {
           std::pair{"0.0.0.0", unspecified},
           {"0.255.255.255", unspecified},
           {"1.0.0.0", global},
           {"9.255.255.255", global},
           {"10.0.0.0", private_use},
           {"10.255.255.255", private_use},
           {"11.0.0.0", global},
           {"100.63.255.255", global},
           {"100.64.0.0", shared},
           {"100.100.100.200", shared},
           {"100.127.255.255", shared},
           {"100.128.0.0", global},
           {"126.255.255.255", global},
           {"127.0.0.0", loopback},
           {"127.0.0.1", loopback},
           {"127.255.255.255", loopback},
           {"128.0.0.0", global},
           {"168.63.129.15", global},
           {"168.63.129.16", reserved},
           {"168.63.129.17", global},
           {"169.253.255.255", global},
           {"169.254.0.0", link_local},
           {"169.254.169.254", link_local},
           {"169.254.255.255", link_local},
           {"169.255.0.0", global},
           {"172.15.255.255", global},
           {"172.16.0.0", private_use},
           {"172.31.255.255", private_use},
           {"172.32.0.0", global},
           {"191.255.255.255", global},
           {"192.0.0.0", reserved},
           {"192.0.0.192", reserved},
           {"192.0.0.255", reserved},
           {"192.0.1.0", global},
           {"192.0.2.0", documentation},
           {"192.0.2.255", documentation},
           {"192.0.3.0", global},
           {"192.88.98.255", global},
           {"192.88.99.0", reserved},
           {"192.88.99.255", reserved},
           {"192.88.100.0", global},
           {"192.167.255.255", global},
           {"192.168.0.0", private_use},
           {"192.168.255.255", private_use},
           {"192.169.0.0", global},
           {"198.17.255.255", global},
           {"198.18.0.0", reserved},
           {"198.19.255.255", reserved},
           {"198.20.0.0", global},
           {"198.51.99.255", global},
           {"198.51.100.0", documentation},
           {"198.51.100.255", documentation},
           {"198.51.101.0", global},
           {"203.0.112.255", global},
           {"203.0.113.0", documentation},
           {"203.0.113.255", documentation},
           {"203.0.114.0", global},
           {"223.255.255.255", global},
           {"224.0.0.0", multicast},
           {"239.255.255.255", multicast},
           {"240.0.0.0", reserved},
           {"255.255.255.255", reserved},
           {"8.8.8.8", global},
       })
    EXPECT_EQ(name_of(class_named(text)), name_of(expected)) << text;
}

TEST(AddressClass, OfEveryBlockOfIpv6) {
  for (const auto& [text, expected] : {
           std::pair{"::", unspecified},
           {"::1", loopback},
           {"::2", reserved},
           {"::127.0.0.1", reserved},
           {"::8.8.8.8", reserved},
           {"64:ff9b:0:ffff:ffff:ffff:ffff:ffff", reserved},
           {"64:ff9b:1::", private_use},
           {"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", private_use},
           {"64:ff9b:2::", reserved},
           {"100::", reserved},
           {"1fff:ffff::", reserved},
           {"2000::", global},
           {"2000:ffff::", global},
           {"2001::", reserved},
           {"2001:0:4136:e378:8000:63bf:3fff:fdd2", reserved},
           {"2001:1ff:ffff::", reserved},
           {"2001:200::", global},
           {"2001:db7:ffff::", global},
           {"2001:db8::", documentation},
           {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", documentation},
           {"2001:db9::", global},
           {"2606:4700::1111", global},
           {"3ffe:ffff::", global},
           {"3fff::", documentation},
           {"3fff:fff:ffff::", documentation},
           {"3fff:1000::", global},
           {"3fff:ffff::", global},
           {"4000::", reserved},
           {"5f00::1", reserved},
           {"fbff:ffff::", reserved},
           {"fc00::", private_use},
           {"fd00:ec2::254", private_use},
           {"fdff:ffff::", private_use},
           {"fe00::", reserved},
           {"fe80::", link_local},
           {"fe80::1", link_local},
           {"febf:ffff::", link_local},
           {"fec0::", private_use},
           {"feff:ffff::", private_use},
           {"ff00::", multicast},
           {"ff02::1", multicast},
           {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", multicast},
       })
    EXPECT_EQ(name_of(class_named(text)), name_of(expected)) << text;
}

TEST(AddressClass, OfAnAddressInsideAnother) {
  for (const auto& [inside, expected] : {std::pair{"127.0.0.1", loopback},
                                         {"10.1.2.3", private_use},
                                         {"169.254.169.254", link_local},
                                         {"100.64.0.1", shared},
                                         {"0.0.0.0", unspecified},
                                         {"224.0.0.1", multicast},
                                         {"192.0.2.1", documentation},
                                         {"255.255.255.255", reserved},
                                         {"8.8.8.8", global}}) {
    EXPECT_EQ(class_named(std::string("::ffff:") + inside), expected) << inside;
    EXPECT_EQ(class_named(std::string("64:ff9b::") + inside), expected) << inside;
    const Address four = *read_address(inside);
    Address tunnel;
    tunnel.is_v4 = false;
    tunnel.bytes = {0x20, 0x02, four.bytes[0], four.bytes[1], four.bytes[2], four.bytes[3]};
    EXPECT_EQ(class_of(tunnel), expected) << inside;
  }
}

/// All of IPv4 at its /16s, against masks written down another way.
TEST(AddressClass, AgreesWithMasksOnEverySixteenth) {
  for (std::uint32_t top = 0; top <= 0xffff; ++top) {
    const std::uint32_t value = top << 16 | 0x0505;
    Address address;
    for (unsigned i = 0; i < 4; ++i)
      address.bytes.at(i) = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    const std::uint32_t first = top >> 8;
    const bool closed = first == 0 || first == 10 || first == 127 || first >= 224 ||
                        (value & 0xffc00000U) == 0x64400000U || top == 0xa9fe || top == 0xc0a8 ||
                        (value & 0xfff00000U) == 0xac100000U || top == 0xc612 || top == 0xc613;
    EXPECT_EQ(class_of(address) != global, closed) << std::hex << value;
  }
}

TEST(ReadAddress, TakesTheOneSpellingOnly) {
  for (const char* const text :
       {"", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.0.0.1.", " 127.0.0.1",
        "127.0.0.256", "[::1]", "fe80::1%eth0", "fe80::1%1", ":::1", "1:2:3:4:5:6:7:8:9", "1.2.3"})
    EXPECT_FALSE(read_address(text)) << text;
  EXPECT_FALSE(read_address(std::string_view("127.0.0.1\0x", 11)));
}

TEST(AddressOf, IsWhatASocketIsGiven) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(four), sizeof four),
            read_address("127.0.0.1"));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_loopback;
  EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(six), sizeof six), read_address("::1"));
  EXPECT_FALSE(address_of(reinterpret_cast<const sockaddr&>(six), 4));
  six.sin6_family = AF_UNIX;
  EXPECT_FALSE(address_of(reinterpret_cast<const sockaddr&>(six), sizeof six));
}

}  // namespace
}  // namespace glowplug::fetch
