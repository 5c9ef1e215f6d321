#include "fetch/allow_list.h"

#include <gtest/gtest.h>

#include <utility>

namespace glowplug::fetch {
namespace {

AllowList list(std::string_view text) {
  auto parsed = AllowList::parse(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *std::move(parsed);
}

/// "global", "loopback", "exactly", or the error.
std::string rule(const AllowList& allowed, std::string_view url) {
  const auto read = read_web_url(url);
  if (!read) return read.error().message;
  const auto found = allowed.check(*read);
  if (!found) {
    EXPECT_EQ(found.error().code, Code::permission_denied);
    return found.error().message;
  }
  if (found->kind == AddressRule::Kind::exactly) return "exactly";
  return found->kind == AddressRule::Kind::loopback ? "loopback" : "global";
}

TEST(AllowList, EmptyAllowsNothing) {
  EXPECT_TRUE(list("").empty());
  EXPECT_TRUE(list("  ").empty());
  EXPECT_EQ(rule({}, "https://example.com/"),
            "https://example.com is not in the function's fetch_hosts");
}

TEST(AllowList, SaysWhatItRead) {
  EXPECT_EQ(list("a.com , *.b.org,http://c.net:81, s3://pic.tures").text(),
            "a.com,*.b.org,http://c.net:81,s3://pic.tures");
}

TEST(AllowList, ComparesSchemeHostAndPort) {
  const AllowList allowed =
      list("a.com,b.com:8443,http://c.com,*.d.com,https://*.e.com:444,A-B.com");
  for (const char* const url :
       {"https://a.com/x", "https://A.COM:443", "https://a.com./", "https://b.com:8443",
        "http://c.com/", "http://c.com:80/", "https://x.d.com", "https://y.x.d.com",
        "https://x.e.com:444", "https://a-b.com"})
    EXPECT_EQ(rule(allowed, url), "global") << url;
  for (const char* const url :
       {"http://a.com/", "https://a.com:80", "https://xa.com", "https://a.com.evil.org",
        "https://x.a.com", "https://b.com", "https://c.com", "http://c.com:8080", "https://d.com",
        "https://xd.com", "https://d.com.evil.org", "http://x.d.com", "https://x.d.com:444",
        "https://x.e.com", "https://localhost", "https://x.localhost"})
    EXPECT_NE(rule(allowed, url).find("is not in the function's fetch_hosts"), std::string::npos)
        << url;
}

TEST(AllowList, AddressesOnlyWhereListedThemselves) {
  const AllowList allowed = list("*.a.com,http://127.0.0.1:8123,[::1]:9,localhost:7,b.localhost");
  EXPECT_EQ(rule(allowed, "http://127.0.0.1:8123/x"), "exactly");
  EXPECT_EQ(rule(allowed, "https://[::1]:9/"), "exactly");
  EXPECT_EQ(rule(allowed, "https://[0:0::1]:9/"), "exactly");
  EXPECT_EQ(rule(allowed, "https://localhost:7/"), "loopback");
  EXPECT_EQ(rule(allowed, "https://b.localhost/"), "loopback");
  for (const char* const url :
       {"https://127.0.0.1:8123", "http://127.0.0.1", "http://127.0.0.2:8123", "https://[::2]:9",
        "http://2130706433:8123", "http://0x7f000001:8123", "http://017700000001:8123",
        "http://127.1:8123", "http://0177.0.0.1:8123", "http://[::ffff:127.0.0.1]:8123",
        "http://[fe80::1%25eth0]:8123", "https://1.a.com.1"})
    EXPECT_NE(rule(allowed, url).find("is an address"), std::string::npos) << url;
  EXPECT_NE(rule(allowed, "https://localhost/").find("not in"), std::string::npos);
}

TEST(AllowList, Buckets) {
  const AllowList allowed = list("s3://pictures,gs://sounds");
  EXPECT_TRUE(allowed.check(*read_object_url("s3://pictures/a")));
  EXPECT_TRUE(allowed.check(*read_object_url("gs://sounds/a")));
  EXPECT_EQ(allowed.check(*read_object_url("s3://sounds/a")).error().message,
            "s3://sounds is not in the function's fetch_hosts");
  EXPECT_FALSE(allowed.check(*read_object_url("gs://pictures/a")));
  EXPECT_FALSE(allowed.check(*read_object_url("s3://Pictures/a")));
}

TEST(AllowList, BadEntriesAreNamed) {
  for (const auto& [entry, text] : {std::pair{"a.com,", "\"\""},
                                    {"a.com,,b.com", "\"\""},
                                    {"*", "Punycode"},
                                    {"*.com", "two labels"},
                                    {"*.1.2.3.4", "two labels"},
                                    {"a.*.com", "Punycode"},
                                    {"http://*", "Punycode"},
                                    {"a.com/path", "without a path"},
                                    {"a.com/", "without a path"},
                                    {"a.com?x", "without a path"},
                                    {"a.com#x", "without a path"},
                                    {"user@a.com", "user or a password"},
                                    {"ftp://a.com", "scheme"},
                                    {"127.1", "four decimal"},
                                    {"0x7f.1", "four decimal"},
                                    {"[fe80::1%1]", "four decimal"},
                                    {"a.com:0", "port"},
                                    {"a b.com", "0x20"},
                                    {"s3://", "bucket"},
                                    {"s3://pictures/", "bucket"},
                                    {"s3://pictures/x", "bucket"},
                                    {"s3://*", "bucket"}}) {
    const auto parsed = AllowList::parse(entry);
    ASSERT_FALSE(parsed) << entry;
    EXPECT_EQ(parsed.error().code, Code::invalid_argument);
    EXPECT_NE(parsed.error().message.find(text), std::string::npos) << parsed.error().message;
  }
}

TEST(AddressRule, AllowsByKind) {
  const auto at = [](std::string_view text) { return *read_address(text); };
  using enum AddressRule::Kind;
  EXPECT_TRUE(AddressRule{global}.allows(at("8.8.8.8")));
  EXPECT_FALSE(AddressRule{global}.allows(at("10.0.0.1")));
  EXPECT_FALSE(AddressRule{global}.allows(at("::ffff:10.0.0.1")));
  EXPECT_TRUE(AddressRule{loopback}.allows(at("::1")));
  EXPECT_FALSE(AddressRule{loopback}.allows(at("8.8.8.8")));
  const AddressRule one{exactly, at("10.0.0.1")};
  EXPECT_TRUE(one.allows(at("10.0.0.1")));
  EXPECT_FALSE(one.allows(at("10.0.0.2")));
  EXPECT_TRUE(AddressRule{any}.allows(at("169.254.169.254")));
}

}  // namespace
}  // namespace glowplug::fetch
