#include "gateway/announcement.h"

#include <gtest/gtest.h>

#include "gateway/open_files.h"

namespace glowplug::gateway {
namespace {

TEST(AddressText, WritesEveryKindOfHost) {
  EXPECT_EQ(address_text("127.0.0.1", 8080), "127.0.0.1:8080");
  EXPECT_EQ(address_text("::1", 8080), "[::1]:8080");
  EXPECT_EQ(address_text("*", 80), "0.0.0.0:80");
  EXPECT_EQ(address_text("", 80), "0.0.0.0:80");
  EXPECT_EQ(address_text("localhost", 80), "localhost:80");
}

TEST(IsLoopback, IsOnlyThisMachine) {
  for (const char* host : {"localhost", "127.0.0.1", "127.8.9.1", "::1"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"", "*", "0.0.0.0", "::", "192.0.2.1", "127.example.com"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

TEST(StartTable, HasALineForEachFunction) {
  EXPECT_EQ(start_table("0.1.0", "127.0.0.1:80", true,
                        {{"iris", "3", "3f9c1e", "onnxruntime", "prepared", seconds(60), ""},
                         {"long-name", "1", "", "", "", seconds(0), "no such file"}}),
            "glowplug 0.1.0   http://127.0.0.1:80   open to: this machine only\n"
            "  function   version  bundle  engine       form      sleeps after\n"
            "  iris       3        3f9c1e  onnxruntime  prepared  1m\n"
            "  long-name  1                                       not ready: no such file\n");
}

TEST(StartTable, SaysWhatToDoWithoutFunctions) {
  EXPECT_NE(start_table("0.1.0", "127.0.0.1:80", true, {}).find("glowplug add"), std::string::npos);
}

TEST(ConnectionsWithin, KeepsFilesForTheRest) {
  EXPECT_EQ(connections_within(20000, 512, 10000), 10000U);
  EXPECT_EQ(connections_within(1024, 512, 10000), 512U);
  EXPECT_EQ(connections_within(100, 512, 10000), 1U);
}

}  // namespace
}  // namespace glowplug::gateway
