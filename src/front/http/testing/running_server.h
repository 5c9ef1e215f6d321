#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "front/http/http_server.h"

namespace glowplug::front::http::testing {

/// Things that the loop's thread hands to the test's.
template <class T>
class Mailbox {
 public:
  void put(T value) {
    const MutexLock lock(mutex_);
    values_.push_back(std::move(value));
    arrived_.notify_all();
  }
  /// Waits for the next one.
  T take() {
    mutex_.lock();
    while (values_.empty()) arrived_.wait(mutex_);
    T value = std::move(values_.front());
    values_.pop_front();
    mutex_.unlock();
    return value;
  }

 private:
  Mutex mutex_;
  ConditionVariable arrived_;
  std::deque<T> values_;
};

/// A server whose loop runs on a thread of its own. Targets:
///   /echo    the body comes back
///   /bytes/N N bytes
///   /park    the exchange is put in `parked`
///   /drop    no answer is given
///   others   200 with the target as the body
class RunningServer {
 public:
  explicit RunningServer(const HttpLimits& limits = {}, HeadCheck check = {}) {
    auto server =
        HttpServer::listen(loop_, "127.0.0.1", 0, limits, std::move(check),
                           [this](HttpRequest request, std::shared_ptr<Exchange> exchange) {
                             handle(std::move(request), std::move(exchange));
                           });
    EXPECT_TRUE(server);
    server_ = *std::move(server);
    server_->on_refusal([this](const HttpRefusal& refusal, HttpAnswer& /*answer*/) {
      refused.put({refusal.status, std::string(refusal.text)});
    });
    port_ = server_->port();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~RunningServer() {
    on_loop([this] { server_.reset(); });
    loop_.stop();
    thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Runs `task` on the loop's thread and waits for its end.
  void on_loop(const std::function<void()>& task) {
    std::promise<void> done;
    loop_.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }
  std::size_t connections() {
    std::size_t count = 0;
    on_loop([&] { count = server_->connections(); });
    return count;
  }
  /// Starts to drain; the mailbox hears when it is done.
  void drain() {
    on_loop([this] { server_->drain([this] { drained.put(true); }); });
  }
  /// Answers a parked request on the loop's thread.
  void respond(std::shared_ptr<Exchange> exchange, std::string body) {
    on_loop([&] {
      HttpAnswer answer;
      answer.body = std::move(body);
      exchange->respond(std::move(answer));
      exchange.reset();
    });
  }

  Mailbox<std::shared_ptr<Exchange>> parked;
  Mailbox<std::pair<int, std::string>> refused;
  Mailbox<bool> drained;

 private:
  void handle(HttpRequest request, std::shared_ptr<Exchange> exchange) {
    if (request.head.path == "/park") return parked.put(std::move(exchange));
    if (request.head.path == "/drop") return;
    HttpAnswer answer;
    constexpr std::string_view kBytes = "/bytes/";
    if (request.head.path == "/echo") {
      answer.body = std::move(*request.body);
    } else if (request.head.path.starts_with(kBytes)) {
      answer.body.assign(std::stoul(std::string(request.head.path.substr(kBytes.size()))), 'b');
    } else {
      answer.body = request.head.target;
    }
    exchange->respond(std::move(answer));
  }

  EpollLoop loop_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace glowplug::front::http::testing
