#include "front/http/http_server.h"

#include <dirent.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "front/http/listening_socket.h"
#include "front/http/testing/bad_requests.h"
#include "front/http/testing/running_server.h"
#include "front/http/testing/test_client.h"

namespace glowplug::front::http {
namespace {

using testing::BadRequest;
using testing::Mailbox;
using testing::ReadAnswer;
using testing::RunningServer;
using testing::TestClient;

std::string get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

std::string error_of(const ReadAnswer& answer) {
  const auto json = parse_json(answer.body);
  return json ? json->value("error", "") : "not JSON: " + answer.body;
}

TEST(HttpServer, AnswersOneRequestAfterTheOtherOnAConnection) {
  RunningServer server;
  TestClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(post("/echo", fmt::format("body {}", i)));
    const ReadAnswer answer = client.read();
    EXPECT_EQ(answer.status_line, "HTTP/1.1 200 OK");
    EXPECT_EQ(answer.body, fmt::format("body {}", i));
    EXPECT_EQ(answer.fields.count("connection"), 0U);
    EXPECT_TRUE(answer.field("date").ends_with(" GMT"));
  }
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpServer, AnswersRequestsThatArriveByteByByte) {
  RunningServer server;
  TestClient client(server.port());
  for (const char byte : post("/echo", "slowly") + get("/next")) {
    ASSERT_TRUE(client.send({&byte, 1}));
  }
  EXPECT_EQ(client.read().body, "slowly");
  EXPECT_EQ(client.read().body, "/next");
}

TEST(HttpServer, Answers100RequestsOfOneWriteInOrder) {
  RunningServer server;
  TestClient client(server.port());
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += get(fmt::format("/{}", i));
  client.send(bytes);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.read().body, fmt::format("/{}", i));
}

TEST(HttpServer, KeepsRequestsThatComeWhileOneIsUnderWay) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/park") + get("/second") + get("/park") + get("/fourth"));
  auto first = server.parked.take();
  EXPECT_TRUE(client.quiet());
  server.respond(std::move(first), "first");
  EXPECT_EQ(client.read().body, "first");
  EXPECT_EQ(client.read().body, "/second");
  server.respond(server.parked.take(), "third");
  EXPECT_EQ(client.read().body, "third");
  EXPECT_EQ(client.read().body, "/fourth");
}

TEST(HttpServer, TakesMoreWaitingRequestsThanItReadsAhead) {
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

TEST(HttpServer, Serves64ConnectionsAtOnce) {
  RunningServer server;
  std::vector<std::unique_ptr<TestClient>> clients;
  std::vector<std::shared_ptr<Exchange>> exchanges;
  for (int i = 0; i < 64; ++i) {
    clients.push_back(std::make_unique<TestClient>(server.port()));
    clients.back()->send(get("/park"));
    exchanges.push_back(server.parked.take());
  }
  EXPECT_EQ(server.connections(), 64U);
  for (std::size_t i = 64; i-- > 0;) {
    server.respond(std::move(exchanges[i]), std::to_string(i));
    EXPECT_EQ(clients[i]->read().body, std::to_string(i));
  }
}

TEST(HttpServer, RefusesEveryBadRequestAndEndsTheConnection) {
  RunningServer server;
  for (const BadRequest& bad : testing::bad_requests()) {
    SCOPED_TRACE(bad.name);
    TestClient client(server.port());
    client.send(bad.bytes);
    if (bad.end) client.end_sending();
    const ReadAnswer answer = client.read();
    EXPECT_EQ(answer.status, bad.status);
    EXPECT_NE(error_of(answer).find(bad.text), std::string::npos) << answer.body;
    EXPECT_EQ(answer.field("connection"), "close");
    EXPECT_EQ(answer.field("content-type"), "application/json");
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(server.refused.take().first, bad.status);
  }
}

TEST(HttpServer, AnswersWhatCameBeforeABadRequest) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/good") + "bad\r\n\r\n" + get("/never"));
  EXPECT_EQ(client.read().body, "/good");
  EXPECT_EQ(client.read().status, 400);
  EXPECT_TRUE(client.ended());
}

TEST(HttpServer, NamesTheCodingsItTakes) {
  RunningServer server;
  TestClient client(server.port());
  client.send(post("/echo", "abc", "Content-Encoding: br\r\n"));
  const ReadAnswer answer = client.read();
  EXPECT_EQ(answer.status, 501);
  EXPECT_EQ(answer.field("accept-encoding"), "gzip, deflate");
}

TEST(HttpServer, ClosesWhenTheClientAsksForIt) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/", "Connection: close\r\n"));
  EXPECT_EQ(client.read().field("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST(HttpServer, ClosesAfterHttp10UnlessAskedToStay) {
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

TEST(HttpServer, AnswersHeadWithTheLengthAndNoBody) {
  RunningServer server;
  TestClient client(server.port());
  client.send("HEAD /bytes/1000 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
  const ReadAnswer answer = client.read(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("content-length"), "1000");
  EXPECT_EQ(client.read().body, "/next");
}

TEST(HttpServer, SaysContinueBeforeABodyThatWaitsForIt) {
  RunningServer server;
  TestClient client(server.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status_line, "HTTP/1.1 100 Continue");
  client.send("body");
  EXPECT_EQ(client.read().body, "body");
  client.send(post("/echo", "at once", "Expect: 100-continue\r\n"));
  EXPECT_EQ(client.read().status, 200);  // no need to say it: the body is there
}

std::optional<HttpAnswer> refuse_full(const HttpHead& head) {
  if (head.path != "/full") return std::nullopt;
  HttpAnswer answer = error_answer(503, "full");
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

TEST(HttpServer, AnswersByTheHeadBeforeTheBodyComes) {
  RunningServer server({}, refuse_full);
  TestClient client(server.port());
  client.send(
      "POST /full HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  const ReadAnswer answer = client.read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("retry-after"), "1");
  EXPECT_EQ(answer.field("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST(HttpServer, KeepsTheConnectionWhenTheRefusedBodyIsHere) {
  RunningServer server({}, refuse_full);
  TestClient client(server.port());
  client.send(post("/full", "body") + get("/full") + post("/echo", "more"));
  EXPECT_EQ(client.read().status, 503);
  EXPECT_EQ(client.read().status, 503);
  EXPECT_EQ(client.read().body, "more");
}

TEST(HttpServer, LetsAClientReadItsRefusalWhileItStillSends) {
  HttpLimits limits;
  limits.max_body_bytes = 1'000'000;
  RunningServer server(limits);
  TestClient client(server.port());
  ASSERT_TRUE(client.send(post("/echo", std::string(20'000'000, 'x'))));
  const ReadAnswer answer = client.read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_NE(error_of(answer).find("body of 20000000 bytes"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST(HttpServer, EndsAConnectionWhoseLingeringTakesTooLong) {
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

TEST(HttpServer, SendsLargeAnswersToSlowReaders) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/bytes/30000000") + get("/bytes/20000000") + get("/last"));
  EXPECT_EQ(client.read().body.size(), 30'000'000U);
  EXPECT_EQ(client.read().body.size(), 20'000'000U);
  EXPECT_EQ(client.read().body, "/last");
}

TEST(HttpServer, GivesUpOnAClientThatDoesNotRead) {
  HttpLimits limits;
  limits.write_timeout = milliseconds(20);
  RunningServer server(limits);
  TestClient client(server.port());
  client.send(get("/park"));
  server.respond(server.parked.take(), std::string(30'000'000, 'b'));
  EXPECT_EQ(server.connections(), 1U);
  server.drain();  // hears of the connection's end
  EXPECT_TRUE(server.drained.take());
  EXPECT_EQ(client.read().status, 0);
}

TEST(HttpServer, SendsPiecesBehindTheBodyAndReleasesThem) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/park"));
  auto exchange = server.parked.take();
  auto piece = std::make_shared<std::string>(100'000, 'p');
  const std::weak_ptr<std::string> watched = piece;
  server.on_loop([&] {
    HttpAnswer answer;
    answer.body = "head ";
    answer.pieces.push_back({*piece, piece});
    for (int i = 0; i < 200; ++i) answer.pieces.push_back({"-", nullptr});
    piece.reset();
    exchange->respond(std::move(answer));
    exchange->respond(error_answer(500, "only the first answer counts"));
  });
  EXPECT_EQ(client.read().body, "head " + std::string(100'000, 'p') + std::string(200, '-'));
  server.on_loop([] {});
  EXPECT_TRUE(watched.expired());
}

TEST(HttpServer, Answers500ForARequestThatWasDropped) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/drop") + get("/next"));
  EXPECT_EQ(client.read().status, 500);
  EXPECT_EQ(client.read().body, "/next");
}

TEST(HttpServer, TellsWhenAClientLeavesBeforeItsAnswer) {
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

TEST(HttpServer, ForgetsWhoToTellOnceItHasAnswered) {
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

TEST(HttpServer, AnswersAClientThatOnlyEndedItsOwnDirection) {
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

TEST(HttpServer, AnswersAfterTheServerHasGoneChangeNothing) {
  std::shared_ptr<Exchange> exchange;
  {
    RunningServer server;
    TestClient client(server.port());
    client.send(get("/park"));
    exchange = server.parked.take();
  }
  exchange->respond(error_answer(500, "late"));
}

TEST(HttpServer, Answers408WhereAHeadOrABodyStops) {
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

TEST(HttpServer, Answers408WhereABodyTrickles) {
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

TEST(HttpServer, ClosesIdleConnectionsWithoutAWord) {
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

TEST(HttpServer, Answers503BeyondItsConnections) {
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

TEST(HttpServer, DrainsRequestsAndClosesIdleConnections) {
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

TEST(HttpServer, EndsAConnectionOnceTheAnswerThatDrainingFoundIsSent) {
  RunningServer server;
  TestClient client(server.port());
  client.send(get("/park"));
  server.respond(server.parked.take(), std::string(30'000'000, 'b'));
  EXPECT_EQ(server.connections(), 1U);
  server.drain();
  EXPECT_EQ(client.read().body.size(), 30'000'000U);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.drained.take());
}

/// How many file descriptors this process has open.
rlim_t open_descriptors() {
  rlim_t count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

TEST(HttpServer, PausesWithoutDescriptorsAndGoesOn) {
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

TEST(HttpServer, KeepsNoConnectionOfClientsThatOnlyConnect) {
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

TEST(HttpServer, ServesAnInheritedUnixSocket) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (folder->path() / "socket").string();
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listener.get(), 8), 0);

  AsioLoop loop;
  auto server =
      HttpServer::adopt(loop, std::move(listener), {}, {},
                        [&](const HttpRequest& request, const std::shared_ptr<Exchange>& exchange) {
                          HttpAnswer answer;
                          answer.body = request.peer;
                          exchange->respond(std::move(answer));
                          loop.stop();
                        });
  ASSERT_TRUE(server);
  EXPECT_EQ((*server)->port(), 0);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  TestClient client(std::move(socket));
  client.send(get("/"));
  loop.run();
  EXPECT_EQ(client.read().body, "unix");
}

TEST(HttpServer, SaysWhyItCannotListen) {
  AsioLoop loop;
  const auto listen = [&](const std::string& host, std::uint16_t port) {
    return HttpServer::listen(loop, host, port, {}, {}, {});
  };
  const auto first = listen("127.0.0.1", 0);
  ASSERT_TRUE(first);
  const auto second = listen("127.0.0.1", (*first)->port());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::already_exists);
  EXPECT_FALSE(second.error().fix.empty());
  EXPECT_EQ(listen("not a host", 0).error().code, Code::invalid_argument);
  EXPECT_EQ(listen("192.0.2.1", 0).error().code, Code::invalid_argument);
  const auto any = listen("*", 0);
  ASSERT_TRUE(any);
  EXPECT_NE((*any)->port(), 0);
  UniqueFd plain(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(HttpServer::adopt(loop, std::move(plain), {}, {}, {}).error().code,
            Code::invalid_argument);
}

}  // namespace
}  // namespace glowplug::front::http
