#include "fetch/url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace glowplug::fetch {
namespace {

std::string message_of(std::string_view url) {
  const auto read = read_web_url(url);
  return read ? "taken as " + read->text() : read.error().message;
}

TEST(WebUrl, IsWrittenAnew) {
  for (const auto& [given, written] :
       {std::pair{"https://Example.COM", "https://example.com/"},
        {"HTTPS://example.com:443/a?b#c", "https://example.com/a?b"},
        {"http://example.com:80", "http://example.com/"},
        {"http://example.com:8080?x=/y", "http://example.com:8080/?x=/y"},
        {"https://example.com./a", "https://example.com/a"},
        {"https://a_b.example.com/%2e%2e/x", "https://a_b.example.com/%2e%2e/x"},
        {"https://[2001:DB8::1]:444/a", "https://[2001:db8::1]:444/a"},
        {"https://1.2.3.4/a@b:c", "https://1.2.3.4/a@b:c"},
        {"https://a/?q={x}|y", "https://a/?q={x}|y"}})
    EXPECT_EQ(message_of(given), std::string("taken as ") + written);
}

TEST(WebUrl, RefusesWhatOtherParsersReadOtherwise) {
  for (const auto& [given, text] : {std::pair{"", "it is no URL"},
                                    {"cat.jpg", "it is no URL"},
                                    {"//example.com/a", "it is no URL"},
                                    {"://example.com", "it is no URL"},
                                    {"https:/example.com", "it is no URL"},
                                    {"ftp://example.com", "scheme is \"ftp\""},
                                    {"file:///etc/passwd", "scheme is \"file\""},
                                    {"gopher://127.0.0.1:6379/_x", "scheme is \"gopher\""},
                                    {"https://", "no host"},
                                    {"https://:80/", "no host"},
                                    {"https:///etc/passwd", "no host"},
                                    {"https://user@example.com/", "user or a password"},
                                    {"https://user:pw@example.com/", "user or a password"},
                                    {"https://example.com\\@evil.com/", "character 19 (0x5c)"},
                                    {"https://example.com /", "0x20"},
                                    {"https://exa\tmple.com/", "0x09"},
                                    {"https://example.com/\r\nHost: x", "0x0d"},
                                    {"https://ex\xc3\xa4mple.com/", "0xc3"},
                                    {"https://127%2e0.0.1/", "Punycode"},
                                    {"https://a..b/", "empty"},
                                    {"https://.a/", "empty"},
                                    {"https://a../", "two dots"},
                                    {"https://example.com:/", "port is \"\""},
                                    {"https://example.com:0/", "port is \"0\""},
                                    {"https://example.com:65536/", "port is \"65536\""},
                                    {"https://example.com:8080:80/", "port is \"8080:80\""},
                                    {"https://example.com:+80/", "port is \"+80\""},
                                    {"https://[::1/", "closing bracket"},
                                    {"https://[::1]x/", "between its host and its port"},
                                    {"https://[1.2.3.4]/", "no address of IPv6"},
                                    {"https://[::g]/", "no address of IPv6"},
                                    {"https://[f%800]/", "no address of IPv6"}})
    EXPECT_NE(message_of(given).find(text), std::string::npos)
        << given << ": " << message_of(given);
  EXPECT_NE(message_of("https://a/" + std::string(kLongestUrl, 'a')).find("longer"),
            std::string::npos);
  EXPECT_NE(message_of("https://" + std::string(64, 'a') + ".com").find("63"), std::string::npos);
}

TEST(Host, KnowsEverySpellingOfAnAddress) {
  using enum Host::Kind;
  for (const auto& [text, kind] : {std::pair{"127.0.0.1", address},
                                   {"[::1]", address},
                                   {"[::ffff:127.0.0.1]", address},
                                   {"2130706433", number},
                                   {"0x7f000001", number},
                                   {"0X7F000001", number},
                                   {"017700000001", number},
                                   {"0177.0.0.1", number},
                                   {"0x7f.0.0.1", number},
                                   {"127.1", number},
                                   {"127.0.1", number},
                                   {"1.2.3.4.5", number},
                                   {"256.1.1.1", number},
                                   {"example.0", number},
                                   {"example.0x", number},
                                   {"127.0.0.1.", address},
                                   {"[fe80::1%25eth0]", number},
                                   {"[fe80::1%eth0]", number},
                                   {"example.com", name},
                                   {"1e100.net", name},
                                   {"127.0.0.1.nip.io", name},
                                   {"localhost", name},
                                   {"0x7f.example", name}}) {
    const auto host = read_host(text);
    ASSERT_TRUE(host) << text;
    EXPECT_EQ(host->kind, kind) << text;
  }
}

TEST(ObjectUrl, IsBucketAndKey) {
  const auto url = read_object_url("s3://pictures/new cats/tom & \xc3\xa4?#%20.jpg");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->bucket, "pictures");
  EXPECT_EQ(url->key, "new cats/tom & \xc3\xa4?#%20.jpg");
  EXPECT_EQ(encode_key(url->key), "new%20cats/tom%20%26%20%C3%A4%3F%23%2520.jpg");
  EXPECT_TRUE(read_object_url("gs://a.b/c")->google);
  for (const auto& [given, text] : {std::pair{"s3://", "bucket"},
                                    {"s3:///key", "bucket"},
                                    {"s3://a/key", "bucket"},
                                    {"s3://a..b/key", "bucket"},
                                    {"s3://evil.com:80/key", "bucket"},
                                    {"s3://user@bucket/key", "bucket"},
                                    {"s3://bucket", "key is empty"},
                                    {"s3://bucket/", "key is empty"},
                                    {"s3://bucket/../other/key", "\"..\""},
                                    {"s3://bucket/a/./b", "\".\""},
                                    {"s3://bucket/a/..", "\"..\""},
                                    {"s3://bucket/a\nb", "control"},
                                    {"s3://bucket/\xff", "UTF-8"}}) {
    const auto read = read_object_url(given);
    ASSERT_FALSE(read) << given;
    EXPECT_NE(read.error().message.find(text), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace glowplug::fetch
