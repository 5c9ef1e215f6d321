#include "front/http/http_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include "base/file.h"
#include "front/http/testing/bad_requests.h"
#include "front/http/testing/running_server.h"
#include "front/http/testing/test_client.h"

namespace glowplug::front::http {
namespace {

using testing::BadRequest;
using testing::error_of;
using testing::get;
using testing::post;
using testing::ReadAnswer;
using testing::RunningServer;
using testing::TestClient;

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

std::optional<HttpAnswer> refuse_full(const HttpHead& head, const HeadContext&) {
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

TEST(HttpServer, KeepsNoMoreOfBodiesThanItsLimit) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  HttpLimits limits;
  limits.max_buffered_bytes = 3 * kMiB;
  RunningServer server(limits);
  TestClient slow(server.port());
  slow.send(post("/park", std::string(2 * kMiB, 'x')));
  auto parked = server.parked.take();
  TestClient refused(server.port());
  refused.send(
      fmt::format("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", 2 * kMiB));
  EXPECT_EQ(refused.read().status_line, "HTTP/1.1 503 Service Unavailable");
  TestClient small(server.port());
  small.send(post("/echo", "small"));
  EXPECT_EQ(small.read().body, "small");
  server.respond(std::move(parked), {});
  EXPECT_EQ(slow.read().status_line, "HTTP/1.1 200 OK");
  TestClient later(server.port());
  later.send(post("/echo", std::string(2 * kMiB, 'y')));
  EXPECT_EQ(later.read().body.size(), 2 * kMiB);
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

  EpollLoop loop;
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
  EpollLoop loop;
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
