#include "handler/envelope.h"

#include <gtest/gtest.h>

namespace glowplug::handler {
namespace {

Json api_v2() {
  return Json::parse(R"({"version": "2.0", "rawPath": "/predict",
    "headers": {"content-type": "image/png", "accept": "text/csv"},
    "requestContext": {"http": {"method": "POST"}, "requestId": "r-1",
                       "domainName": "id.execute-api.us-east-1.amazonaws.com"},
    "body": "AQID", "isBase64Encoded": true})");
}

Json queue(const char* arn) {
  return {{"Records",
           {{{"messageId", "m1"},
             {"body", "{\"x\": 1}"},
             {"eventSource", "aws:sqs"},
             {"eventSourceARN", arn}},
            {{"messageId", "m2"},
             {"body", "plain"},
             {"eventSource", "aws:sqs"},
             {"eventSourceARN", arn}},
            {{"messageId", "m3"},
             {"body", "[3]"},
             {"eventSource", "aws:sqs"},
             {"eventSourceARN", arn}}}}};
}

Result<Envelope> open(const Json& payload) { return Envelope::open(envelope_of(payload), payload); }

TEST(Envelope, OfHttpApisHoldsOneEvent) {
  EXPECT_EQ(envelope_of(api_v2()), EnvelopeKind::apigw_v2);
  const auto envelope = open(api_v2());
  ASSERT_TRUE(envelope) << envelope.error().message;
  ASSERT_EQ(envelope->events().size(), 1U);
  const Enveloped& event = envelope->events()[0];
  EXPECT_EQ(event.content_type, "image/png");
  EXPECT_EQ(event.accept, "text/csv");
  EXPECT_EQ(event.body, "\x01\x02\x03");
  EXPECT_EQ(event.id, "r-1");
  const EventAnswer answer{400, "application/json", "{}", {}};
  EXPECT_EQ(envelope->close({&answer, 1}),
            Json::parse(R"({"statusCode": 400, "headers": {"content-type": "application/json"},
                            "body": "{}", "isBase64Encoded": false})"));
  const EventAnswer binary{200, "application/octet-stream", "\xff", {}};
  EXPECT_EQ(envelope->close({&binary, 1})["body"], "/w==");
  EXPECT_EQ(envelope->close({&binary, 1})["isBase64Encoded"], true);
}

TEST(Envelope, IsToldFromOthersByItsKeys) {
  Json url = api_v2();
  url["requestContext"]["domainName"] = "id.lambda-url.us-east-1.on.aws";
  EXPECT_EQ(envelope_of(url), EnvelopeKind::function_url);
  EXPECT_EQ(envelope_of({{"httpMethod", "POST"}, {"resource", "/x"}, {"requestContext", {}}}),
            EnvelopeKind::apigw_v1);
  EXPECT_EQ(envelope_of({{"requestContext", {{"elb", {}}}}}), EnvelopeKind::alb);
  EXPECT_EQ(envelope_of(queue("arn")), EnvelopeKind::sqs);
  EXPECT_EQ(envelope_of({{"specversion", "1.0"}, {"source", "s"}}), EnvelopeKind::cloudevents);
  EXPECT_EQ(envelope_of({{"instances", {1}}}), EnvelopeKind::lambda);
  EXPECT_EQ(envelope_of(Json::array({1})), EnvelopeKind::lambda);
}

TEST(Envelope, OfRestApisHasHeadersOfAnyCase) {
  const Json payload = Json::parse(R"({"resource": "/{proxy+}", "httpMethod": "POST",
    "headers": null, "multiValueHeaders": {"Content-Type": ["text/plain", "text/csv"]},
    "requestContext": {"requestId": "r"}, "body": "a,b", "isBase64Encoded": false})");
  const auto envelope = open(payload);
  ASSERT_TRUE(envelope) << envelope.error().message;
  EXPECT_EQ(envelope->events()[0].content_type, "text/csv");
  EXPECT_EQ(envelope->events()[0].body, "a,b");
}

TEST(Envelope, OfLoadBalancersIsAnsweredInItsStyle) {
  const Json payload = Json::parse(R"({"requestContext": {"elb": {}}, "httpMethod": "POST",
    "multiValueHeaders": {"content-type": ["text/plain"]}, "body": "hi"})");
  const auto envelope = open(payload);
  ASSERT_TRUE(envelope) << envelope.error().message;
  const EventAnswer answer{200, "application/json", "{}", {}};
  const Json closed = envelope->close({&answer, 1});
  EXPECT_EQ(closed["statusDescription"], "200 OK");
  EXPECT_EQ(closed["multiValueHeaders"]["content-type"], Json::array({"application/json"}));
  EXPECT_FALSE(closed.contains("headers"));
}

TEST(Envelope, OfQueuesTellsWhichMessagesFailed) {
  const auto envelope = open(queue("arn:aws:sqs:eu-west-1:1:jobs"));
  ASSERT_TRUE(envelope) << envelope.error().message;
  ASSERT_EQ(envelope->events().size(), 3U);
  EXPECT_EQ(envelope->events()[0].content_type, "application/json");
  EXPECT_EQ(envelope->events()[1].content_type, "text/plain; charset=utf-8");
  const std::vector<EventAnswer> answers = {
      {200, "", "", ""}, {400, "", "", ""}, {200, "", "", ""}};
  EXPECT_EQ(envelope->close(answers),
            Json::parse(R"({"batchItemFailures": [{"itemIdentifier": "m2"}]})"));
  const auto fifo = open(queue("arn:aws:sqs:eu-west-1:1:jobs.fifo"));
  EXPECT_EQ(fifo->close(answers), Json::parse(R"({"batchItemFailures": [
      {"itemIdentifier": "m2"}, {"itemIdentifier": "m3"}]})"));
}

TEST(Envelope, OfObjectStorageNamesWhatToFetch) {
  const Json payload = Json::parse(R"({"Records": [{"eventSource": "aws:s3",
    "s3": {"bucket": {"name": "pictures"}, "object": {"key": "new+cats/tom%20%26.jpg"}}}]})");
  EXPECT_EQ(envelope_of(payload), EnvelopeKind::s3);
  EXPECT_EQ(open(payload)->events()[0].object, "s3://pictures/new cats/tom &.jpg");
}

TEST(Envelope, OfGooglesStorageNamesWhatToFetch) {
  Json payload = Json::parse(R"({"specversion": "1.0", "id": "7", "source": "//storage",
    "type": "google.cloud.storage.object.v1.finalized", "datacontenttype": "application/json",
    "data": {"bucket": "sounds", "name": "a b/c.wav"}})");
  EXPECT_EQ(open(payload)->events()[0].object, "gs://sounds/a b/c.wav");
  payload["type"] = "google.cloud.storage.object.v1.deleted";
  EXPECT_FALSE(Envelope::open(EnvelopeKind::cloudevents, payload));
  payload["type"] = "google.cloud.storage.object.v1.finalized";
  payload["data"].erase("name");
  EXPECT_FALSE(Envelope::open(EnvelopeKind::cloudevents, payload));
}

TEST(Envelope, OfCloudEventsHoldsJsonTextOrBytes) {
  Json payload = Json::parse(R"({"specversion": "1.0", "id": "7", "source": "/s", "type": "t",
                                 "data": {"x": [1]}})");
  EXPECT_EQ(open(payload)->events()[0].body, R"({"x":[1]})");
  payload["datacontenttype"] = "text/plain";
  payload["data"] = "hello";
  EXPECT_EQ(open(payload)->events()[0].body, "hello");
  payload.erase("data");
  payload["data_base64"] = "AQID";
  EXPECT_EQ(open(payload)->events()[0].body, "\x01\x02\x03");
  const EventAnswer answer{200, "application/json", R"({"predictions":[1]})", {}};
  const Json closed = open(payload)->close({&answer, 1});
  EXPECT_EQ(closed["type"], "glowplug.prediction");
  EXPECT_EQ(closed["data"]["predictions"], Json::array({1}));
  EXPECT_EQ(closed["specversion"], "1.0");
}

TEST(Envelope, ThatIsBrokenNamesItsKey) {
  const auto message = [](EnvelopeKind kind, const Json& payload) {
    const auto opened = Envelope::open(kind, payload);
    return opened ? std::string("taken") : opened.error().message;
  };
  Json broken = api_v2();
  broken["body"] = "!";
  EXPECT_EQ(message(EnvelopeKind::apigw_v2, broken).substr(0, 6), "\"body\"");
  EXPECT_EQ(message(EnvelopeKind::apigw_v2, Json::array()),
            "the event has no \"requestContext\"; is it of another kind?");
  EXPECT_EQ(message(EnvelopeKind::sqs, Json::object()), "the event has no list \"Records\"");
  EXPECT_EQ(message(EnvelopeKind::s3, Json::parse(R"({"Records": [{}]})")),
            "a record names no s3.bucket.name and s3.object.key");
  EXPECT_EQ(message(EnvelopeKind::cloudevents, Json::parse(R"({"id": "1"})")),
            "the CloudEvent has no \"source\"");
  EXPECT_EQ(
      message(EnvelopeKind::cloudevents,
              Json::parse(R"({"id": "1", "source": "s", "type": "t", "specversion": "0.3"})")),
      "the CloudEvent is of another version than 1.0");
}

}  // namespace
}  // namespace glowplug::handler
