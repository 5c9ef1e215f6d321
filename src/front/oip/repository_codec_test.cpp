#include "front/oip/repository_codec.h"

#include <gtest/gtest.h>

#include <vector>

namespace glowplug::front::oip {
namespace {

TEST(RepositoryCodec, WritesABareArrayWithoutEmptyKeys) {
  const std::vector<ModelIndex> models = {{"iris", "2", "READY", ""},
                                          {"digits", "1", "UNAVAILABLE", "does not load"},
                                          {"spam", "", "", ""}};
  EXPECT_EQ(write_repository_index(models),
            R"([{"name":"iris","version":"2","state":"READY"},)"
            R"({"name":"digits","version":"1","state":"UNAVAILABLE","reason":"does not load"},)"
            R"({"name":"spam"}])");
  EXPECT_EQ(write_repository_index({}), "[]");
}

TEST(RepositoryCodec, AnEmptyBodyAsksForTheDefaults) {
  EXPECT_FALSE(read_index_request("")->ready_only);
  EXPECT_FALSE(read_index_request(" \r\n")->ready_only);
  EXPECT_TRUE(read_load_request(""));
  EXPECT_TRUE(read_load_request("{}"));
  EXPECT_FALSE(read_unload_request("")->unload_dependents);
}

TEST(RepositoryCodec, ReadsItsFlags) {
  EXPECT_TRUE(read_index_request(R"({"ready":true})")->ready_only);
  EXPECT_TRUE(
      read_unload_request(R"({"parameters":{"unload_dependents":true}})")->unload_dependents);
}

TEST(RepositoryCodec, RefusesToReplaceWhatABundleSays) {
  for (const char* body :
       {R"({"parameters":{"config":"{}"}})", R"({"parameters":{"file:1/model.onnx":"AAAA"}})"}) {
    const auto request = read_load_request(body);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().code, Code::unimplemented);
  }
}

TEST(RepositoryCodec, RefusesBrokenBodies) {
  EXPECT_EQ(read_index_request("[]").error().message, "the request must be a JSON object");
  EXPECT_EQ(read_index_request(R"({"ready":1})").error().message,
            "\"ready\" must be true or false");
  EXPECT_EQ(read_unload_request(R"({"parameters":7})").error().message,
            "\"parameters\" must be an object");
  EXPECT_EQ(read_load_request("{").error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace glowplug::front::oip
