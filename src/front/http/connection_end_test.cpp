#include <gtest/gtest.h>

#include "front/http/testing/running_server.h"
#include "front/http/testing/test_client.h"

namespace glowplug::front::http {
namespace {

using testing::bytes;
using testing::error_of;
using testing::get;
using testing::Mailbox;
using testing::post;
using testing::ReadAnswer;
using testing::RunningServer;
using testing::TestClient;

TEST(ConnectionEnd, ClosesWhenTheClientAsksForIt) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/", "Connection: close\r\n"));
  EXPECT_EQ(client.read().field("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST(ConnectionEnd, ClosesAfterHttp10UnlessAskedToStay) {
  RunningServer server;
  TestClient leaving(server.port());
  leaving.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(leaving.read().field("connection"), "close");
  EXPECT_TRUE(leaving.ended());

  TestClient staying(server.port());
  staying.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(staying.read().field("connection"), "keep-alive");
  staying.send(get("/b"));
  EXPECT_EQ(staying.read().body, "/b");
}

TEST(ConnectionEnd, LetsAClientReadItsRefusalWhileItStillSends) {
  HttpLimits limits;
  limits.max_body_bytes = 1'000'000;
  RunningServer server(limits);
  TestClient client(server.port());
  ASSERT_TRUE(client.send(post("/echo", bytes(20'000'000))));
  const ReadAnswer answer = client.read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_NE(error_of(answer).find("body of 20000000 bytes"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST(ConnectionEnd, EndsAConnectionWhoseLingeringTakesTooLong) {
  HttpLimits limits;
  limits.linger_timeout = milliseconds(20);
  RunningServer server(limits);
  TestClient client(server.port());
  client.send("bad\r\n\r\n");
  EXPECT_EQ(client.read().status, 400);
  EXPECT_TRUE(client.ended());
  server.drain();
  EXPECT_TRUE(server.drained.take());  // though the client never closed
}

TEST(ConnectionEnd, TellsWhenAClientLeavesBeforeItsAnswer) {
  RunningServer server;
  for (const bool by_reset : {true, false}) {
    TestClient client(server.port());
    client.send(get("/park"));
    auto exchange = server.parked.take();
    Mailbox<bool> gone;
    server.on_loop([&] {
      EXPECT_FALSE(exchange->gone());
      exchange->on_gone([&] { gone.put(exchange->gone()); });
    });
    if (by_reset) {
      client.reset();
    } else {
      client.close();
    }
    EXPECT_TRUE(gone.take());
    server.on_loop([&] {
      bool told = false;
      exchange->on_gone([&] { told = true; });
      EXPECT_TRUE(told);  // at once
      exchange.reset();
    });
    EXPECT_EQ(server.connections(), 0U);
  }
}

TEST(ConnectionEnd, ForgetsWhoToTellOnceItHasAnswered) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/park"));
  auto exchange = server.parked.take();
  auto token = std::make_shared<int>(0);
  server.on_loop([&] { exchange->on_gone([token] { ++*token; }); });
  server.respond(exchange, "done");
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(client.read().body, "done");
  client.close();
  server.drain();
  EXPECT_TRUE(server.drained.take());
  EXPECT_EQ(*token, 0);
  server.on_loop([&] { exchange.reset(); });
}

TEST(ConnectionEnd, AnswersAClientThatOnlyEndedItsOwnDirection) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/park") + get("/next"));
  client.end_sending();
  auto exchange = server.parked.take();
  Mailbox<bool> gone;
  server.on_loop([&] { exchange->on_gone([&] { gone.put(true); }); });
  EXPECT_TRUE(gone.take());
  server.respond(std::move(exchange), "still here");
  EXPECT_EQ(client.read().body, "still here");
  EXPECT_EQ(client.read().body, "/next");
  EXPECT_TRUE(client.ended());
}

TEST(ConnectionEnd, AnswersAfterTheServerHasGoneChangeNothing) {
  std::shared_ptr<Exchange> exchange;
  {
    RunningServer server;
    TestClient client(server.port());
    client.send(get("/park"));
    exchange = server.parked.take();
  }
  exchange->respond(error_answer(500, "late"));
}

TEST(ConnectionEnd, DrainsRequestsAndClosesIdleConnections) {
  RunningServer server;
  TestClient idle(server.port());
  idle.send(get("/"));
  EXPECT_EQ(idle.read().status, 200);
  TestClient busy(server.port());
  busy.send(get("/park"));
  auto exchange = server.parked.take();
  TestClient halfway(server.port());
  halfway.send(get("/first") + "GET /half");
  EXPECT_EQ(halfway.read().body, "/first");

  server.drain();
  EXPECT_TRUE(idle.ended());
  halfway.send(" HTTP/1.1\r\nHost: a\r\n\r\n");
  const ReadAnswer last = halfway.read();
  EXPECT_EQ(last.body, "/half");
  EXPECT_EQ(last.field("connection"), "close");
  EXPECT_TRUE(halfway.ended());
  halfway.close();
  server.respond(std::move(exchange), "last");
  EXPECT_EQ(busy.read().field("connection"), "close");
  EXPECT_TRUE(busy.ended());
  busy.close();
  EXPECT_TRUE(server.drained.take());
  EXPECT_EQ(server.connections(), 0U);
}

TEST(ConnectionEnd, EndsAConnectionOnceTheAnswerThatDrainingFoundIsSent) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/park"));
  server.respond(server.parked.take(), bytes(30'000'000));
  EXPECT_EQ(server.connections(), 1U);
  server.drain();
  EXPECT_EQ(client.read().body.size(), 30'000'000U);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.drained.take());
}

TEST(ConnectionEnd, KeepsNoConnectionOfClientsThatOnlyConnect) {
  RunningServer server;
  for (int i = 0; i < 20; ++i) {
    TestClient client(server.port());
    if (i % 2 == 0) client.reset();
  }
  TestClient last(server.port());
  last.send(get("/last"));
  EXPECT_EQ(last.read().body, "/last");
  last.close();
  server.drain();
  EXPECT_TRUE(server.drained.take());
}

}  // namespace
}  // namespace glowplug::front::http
