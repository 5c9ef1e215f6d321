#include "fetch/fetcher.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "base/fd.h"

namespace glowplug::fetch {
namespace {

/// A server on loopback that answers each connection with "ok", or never.
class Server {
 public:
  explicit Server(bool answers) : answers_(answers), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    auto* const address = reinterpret_cast<sockaddr*>(&at);
    EXPECT_EQ(::bind(socket_.get(), address, length), 0);
    EXPECT_EQ(::listen(socket_.get(), 64), 0);
    EXPECT_EQ(::getsockname(socket_.get(), address, &length), 0);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::string origin() const { return fmt::format("http://127.0.0.1:{}", port_); }
  [[nodiscard]] int connections() const { return connections_; }

  [[nodiscard]] FetchJob job(std::size_t count, Duration allowed) const {
    FetchJob job{.wanted = {},
                 .list = *AllowList::parse(origin()),
                 .max_bytes = 100,
                 .max_total_bytes = 1000,
                 .deadline = Clock::now() + allowed};
    for (std::size_t i = 0; i < count; ++i)
      job.wanted.push_back({fmt::format("record {}", i), origin() + "/a.txt"});
    return job;
  }

 private:
  void serve() {
    std::vector<UniqueFd> silent;
    while (true) {
      UniqueFd client(::accept(socket_.get(), nullptr, nullptr));
      if (!client) return;
      ++connections_;
      if (!answers_) {
        silent.push_back(std::move(client));
        continue;
      }
      char request[4096];  // NOLINT(modernize-avoid-c-arrays)
      (void)::recv(client.get(), request, sizeof request, 0);
      constexpr std::string_view kAnswer =
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/x\r\n\r\nok";
      (void)::send(client.get(), kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    }
  }

  bool answers_;
  UniqueFd socket_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

void wait_for(const std::function<bool()>& condition) {
  const Time end = Clock::now() + seconds(20);
  while (!condition() && Clock::now() < end) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_TRUE(condition());
}

TEST(Fetcher, GetsManyInOrder) {
  const Server server(true);
  Fetcher fetcher({});
  const auto fetched = fetcher.get(server.job(20, seconds(20)));
  ASSERT_TRUE(fetched) << fetched.error().message;
  ASSERT_EQ(fetched->size(), 20U);
  for (const Fetched& one : *fetched) {
    EXPECT_EQ(one.bytes, "ok");
    EXPECT_EQ(one.content_type, "text/x");
    EXPECT_EQ(one.path, "/a.txt");
  }
}

TEST(Fetcher, EndsAtTheDeadline) {
  const Server server(false);
  Fetcher fetcher({});
  const auto fetched = fetcher.get(server.job(20, milliseconds(50)));
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Code::deadline_exceeded);
}

TEST(Fetcher, ASilentServerHoldsUpNobodyElse) {
  const Server silent(false);
  const Server server(true);
  Fetcher fetcher({});
  std::atomic<int> ended = 0;
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(fetcher.start(silent.job(8, seconds(60)), [&](const auto&) { ++ended; }));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(fetcher.get(server.job(1, seconds(20))));
  EXPECT_EQ(ended, 0);
}  // and its end waits for none of them

TEST(Fetcher, ACancelledJobIsNotDone) {
  const Server silent(false);
  const Server server(true);
  std::atomic<int> ended = 0;
  {
    Fetcher fetcher({});
    const auto ticket =
        fetcher.start(silent.job(1, milliseconds(400)), [&](const auto&) { ++ended; });
    ASSERT_TRUE(ticket);
    wait_for([&] { return silent.connections() == 1; });
    fetcher.cancel(*ticket);
    EXPECT_TRUE(fetcher.get(server.job(1, seconds(20))));
    std::this_thread::sleep_for(milliseconds(500));
  }
  EXPECT_EQ(ended, 0);
}

TEST(Fetcher, TakesNoMoreThanItCanHold) {
  const Server silent(false);
  Fetcher fetcher({});
  for (int i = 0; i < 256; ++i)
    ASSERT_TRUE(fetcher.start(silent.job(1, seconds(60)), [](const auto&) {}));
  const auto one_more = fetcher.start(silent.job(1, seconds(60)), [](const auto&) {});
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().code, Code::unavailable);
}

TEST(Fetcher, StartsNothingForAUrlThatIsNotAllowed) {
  const Server server(true);
  Fetcher fetcher({});
  FetchJob job = server.job(1, seconds(20));
  job.wanted.push_back({"record 1", "http://127.0.0.1:1/"});
  const auto fetched = fetcher.get(std::move(job));
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Code::permission_denied);
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace glowplug::fetch
