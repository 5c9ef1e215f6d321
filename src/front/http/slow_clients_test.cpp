#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

#include "front/http/testing/running_server.h"
#include "front/http/testing/test_client.h"

namespace glowplug::front::http {
namespace {

using testing::bytes;
using testing::error_of;
using testing::get;
using testing::post;
using testing::ReadAnswer;
using testing::RunningServer;
using testing::TestClient;

TEST(SlowClients, TakesMoreWaitingRequestsThanItReadsAhead) {
  RunningServer server;
  TestClient client(server.port());
  constexpr int kRequests = 50;
  const std::string body(10'000, 'x');
  client.send(get("/park"));
  auto first = server.parked.take();
  std::thread sender([&] {
    for (int i = 0; i < kRequests; ++i) client.send(post("/echo", body));
  });
  server.respond(std::move(first), "first");
  EXPECT_EQ(client.read().body, "first");
  for (int i = 0; i < kRequests; ++i) ASSERT_EQ(client.read().body, body);
  sender.join();
}

TEST(SlowClients, SendsLargeAnswersToSlowReaders) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/bytes/30000000") + get("/bytes/20000000") + get("/last"));
  EXPECT_EQ(client.read().body.size(), 30'000'000U);
  EXPECT_EQ(client.read().body.size(), 20'000'000U);
  EXPECT_EQ(client.read().body, "/last");
}

TEST(SlowClients, GivesUpOnAClientThatDoesNotRead) {
  HttpLimits limits;
  limits.write_timeout = milliseconds(20);
  RunningServer server(limits);
  TestClient client(server.port());
  client.send(get("/park"));
  server.respond(server.parked.take(), bytes(30'000'000));
  EXPECT_EQ(server.connections(), 1U);
  server.drain();  // hears of the connection's end
  EXPECT_TRUE(server.drained.take());
  EXPECT_EQ(client.read().status, 0);
}

TEST(SlowClients, Answers408WhereAHeadOrABodyStops) {
  HttpLimits limits;
  limits.head_timeout = milliseconds(20);
  limits.body_timeout = milliseconds(20);
  RunningServer server(limits);
  TestClient head(server.port());
  head.send("GET / HT");
  const ReadAnswer of_head = head.read();
  EXPECT_EQ(of_head.status, 408);
  EXPECT_EQ(error_of(of_head),
            "the client took too long within the head of a request, after 8 bytes");
  EXPECT_TRUE(head.ended());

  TestClient body(server.port());
  body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  const ReadAnswer of_body = body.read();
  EXPECT_EQ(of_body.status, 408);
  EXPECT_EQ(error_of(of_body), "the client took too long within a body, after 3 of 9 bytes");
}

TEST(SlowClients, Answers408WhereABodyTrickles) {
  HttpLimits limits;
  limits.body_timeout = milliseconds(50);
  limits.min_body_bytes_per_second = 1'000'000'000;
  RunningServer server(limits);
  TestClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n");
  while (client.quiet() && client.send("x")) {  // often enough for the other limit
  }
  const ReadAnswer answer = client.read();
  EXPECT_EQ(answer.status, 408);
}

TEST(SlowClients, ClosesIdleConnectionsWithoutAWord) {
  HttpLimits limits;
  limits.keep_alive_timeout = milliseconds(20);
  RunningServer server(limits);
  TestClient fresh(server.port());
  EXPECT_TRUE(fresh.ended());
  TestClient used(server.port());
  used.send(get("/"));
  EXPECT_EQ(used.read().status, 200);
  EXPECT_TRUE(used.ended());
}

TEST(HttpServerRoom, Answers503BeyondItsConnections) {
  HttpLimits limits;
  limits.max_connections = 2;
  RunningServer server(limits);
  TestClient first(server.port());
  TestClient second(server.port());
  first.send(get("/1"));
  second.send(get("/2"));
  EXPECT_EQ(first.read().status, 200);
  EXPECT_EQ(second.read().status, 200);
  TestClient third(server.port());
  const ReadAnswer answer = third.read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(error_of(answer), "more than 2 connections are open (max_connections)");
  EXPECT_EQ(answer.field("retry-after"), "1");
  EXPECT_TRUE(third.ended());
  first.send(get("/still"));
  EXPECT_EQ(first.read().body, "/still");
}

/// How many file descriptors this process has open.
rlim_t open_descriptors() {
  rlim_t count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

TEST(HttpServerRoom, PausesWithoutDescriptorsAndGoesOn) {
  RunningServer server;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  std::vector<UniqueFd> fillers;
  const rlimit tight{open_descriptors() + 8, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) fillers.emplace_back(fd);

  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(server.port());
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const auto [status, text] = server.refused.take();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(text, "cannot accept connections: Too many open files");
  fillers.clear();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);

  TestClient client(std::move(socket));
  client.send(get("/after"));
  EXPECT_EQ(client.read().body, "/after");
}

}  // namespace
}  // namespace glowplug::front::http
