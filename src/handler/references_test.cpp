#include "handler/references.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "handler/items.h"

namespace glowplug::handler {
namespace {

constexpr const char* kJson = "application/json";

std::string named(std::string_view body, std::string_view field = "image") {
  const auto references = references_in({kJson, body, {}}, field);
  if (!references) return references.error().message;
  std::string all;
  for (const Reference& reference : *references)
    all += std::to_string(reference.record) + "=" + reference.url + " ";
  return all;
}

TEST(References, InEveryForm) {
  for (const auto& [body, expected] :
       {std::pair{R"({"image_url": "u"})", "0=u "},
        {R"({"image_url": {"url": "u"}})", "0=u "},
        {R"([{"url": "a"}, "aGk=", {"audio_url": "b"}, {"text_url": "c"}])", "0=a 2=b 3=c "},
        {R"({"instances": [{"image": {"url": "u"}}]})", "0=u "},
        {R"({"inputs": [{"data": {"url": "u"}}]})", "0=u "},
        {R"({"image": "aGk=", "audio": {"url": "u"}})", ""},
        {R"({"image": "aGk="})", ""},
        {R"("url\"")", ""},
        {R"({"image_url": 3})", "record 0: \"image_url\" is no string"},
        {R"([1, {"url": null}])", "record 1: \"url\" is no string"}})
    EXPECT_EQ(named(body), expected) << body;
  EXPECT_EQ(references_in({"image/png", R"({"url": "u"})", {}}, "image")->size(), 0U);
  EXPECT_EQ(references_in({kJson, R"({"url": "u"})", {}}, "")->size(), 0U);
  const std::string large = R"({"url": ")" + std::string(kMostReferringBytes, 'a') + "\"}";
  EXPECT_EQ(references_in({kJson, large, {}}, "image").error().code, Code::too_large);
}

TEST(References, OfAnEventOfS3) {
  EXPECT_EQ(named(R"({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
      "s3": {"bucket": {"name": "b"}, "object": {"key": "new+cats/a%20b.jpg"}}}]})"),
            "0=s3://b/new cats/a b.jpg ");
  EXPECT_EQ(named(R"({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectRemoved:Delete",
      "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}}}]})"),
            "record 0: the event is \"ObjectRemoved:Delete\"; only ObjectCreated names an input");
}

TEST(References, TheHandlerReadsWhatWasFetchedAsIfItHadBeenSent) {
  const std::string body = R"([{"image_url": "u"}, "aGk=", {"image": {"url": "v"}}])";
  const std::string context = R"({"accept": "\"fetched\"", "function": "f"})";
  const std::string first = "first\0one";
  const std::vector<FetchedItem> fetched{{0, "image/png", first}, {2, "", "second"}};
  const FetchedEvent whole = with_fetched({kJson, body, context}, fetched);
  const auto items = items_of({kJson, whole.body, whole.context}, {"image", false});
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_EQ(items->size(), 3U);
  EXPECT_EQ((*items)[0].bytes, first);
  EXPECT_EQ((*items)[0].content_type, "image/png");
  EXPECT_EQ((*items)[1].bytes, "hi");
  EXPECT_EQ((*items)[2].bytes, "second");
  EXPECT_EQ(parse_json(whole.context)->at("function"), "f");
}

TEST(References, APairOfTextsMayBeHalfFetched) {
  const std::string body = R"({"text_url": "u", "text_pair": "b"})";
  const std::vector<FetchedItem> fetched{{0, "text/plain", "a"}};
  const FetchedEvent whole = with_fetched({kJson, body, ""}, fetched);
  const auto items = items_of({kJson, whole.body, whole.context}, {"text", true});
  ASSERT_TRUE(items);
  EXPECT_EQ((*items)[0].bytes, "a");
  EXPECT_EQ((*items)[0].second, "b");
}

TEST(References, WhatWasNotFetchedIsRefused) {
  const auto items =
      items_of({kJson, R"({"url": "https://a/b?secret"})", R"({"accept": "x"})"}, {"image", false});
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().code, Code::permission_denied);
  EXPECT_EQ(items.error().message,
            "record 0: inputs by reference are not fetched here (\"https://a/b\"): the function's "
            "setting fetch_hosts is empty");
}

/// The context is ours, but the handler that reads it sits in a sandbox for a reason.
TEST(References, AContextThatDoesNotFitIsAnError) {
  for (const char* const context :
       {R"({"fetched": {}})", R"({"fetched": 3})",
        R"({"fetched": {"json_bytes": 99, "items": []}})",
        R"({"fetched": {"json_bytes": 2, "items": [{"record": 0, "bytes": 99}]}})",
        R"({"fetched": {"json_bytes": "x", "items": 3}})", R"({"fetched": {"json_bytes": 2}})",
        R"({"fetched": {"json_bytes": 2, "items": [3]}})",
        R"({"fetched": {"json_bytes": -1, "items": [{"record": 0, "bytes": -5}]}})"})
    EXPECT_FALSE(parts_of({kJson, "{}", context})) << context;
}

TEST(ItemField, IsThatOfTheHandler) {
  EXPECT_EQ(item_field(Json::parse(R"({"input": {"type": "image"}})")), "image");
  EXPECT_EQ(item_field(Json::parse(R"({"input": {"type": "table"}})")), "");
  EXPECT_EQ(item_field(Json::parse(R"({"code": {"language": "python"}})")), "");
  EXPECT_EQ(item_field(Json()), "");
}

TEST(TypeOfFetched, IsTheServersThenTheSuffixThenTheBytes) {
  EXPECT_EQ(type_of_fetched("image/jpeg", "/a.png", "x"), "image/jpeg");
  EXPECT_EQ(type_of_fetched("", "/a.png", "x"), "image/png");
  EXPECT_EQ(type_of_fetched("binary/octet-stream", "/a", "[1]"), "application/json");
}

}  // namespace
}  // namespace glowplug::handler
