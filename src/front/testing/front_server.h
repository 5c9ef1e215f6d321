#pragma once
#include <cstring>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "front/front.h"
#include "front/http/http_server.h"
#include "front/openapi.h"

namespace glowplug::front::testing {

/// Answers y = x + 1 for a model FP32[-1,2] -> FP32[-1,2]: at once, or when the test says.
class AddOneBackend : public Backend {
 public:
  explicit AddOneBackend(Loop& loop) : loop_(loop), signature_(signature_of_add_one()) {}
  static Signature signature_of_add_one() {
    Signature signature;
    signature.inputs = {{"x", Datatype::fp32, {-1, 2}, false, {}}};
    signature.outputs = {{"y", Datatype::fp32, {-1, 2}, false, {}}};
    signature.max_batch = 8;
    return signature;
  }
  ~AddOneBackend() override {
    if (destroyed != nullptr) *destroyed = true;
  }

  [[nodiscard]] const Signature& signature() const override { return signature_; }
  [[nodiscard]] std::size_t free_batches() const override { return held.size() < room ? 1 : 0; }
  [[nodiscard]] std::size_t idle_instances() const override { return free_batches(); }
  void submit(Batch batch) override {
    auto shared = std::make_shared<Batch>(std::move(batch));
    if (hold) return held.push_back(std::move(shared));
    loop_.post([this, shared] { answer(*shared); });
  }
  void backlog(std::size_t, Duration) override {}
  void on_room(std::function<void()> call) override { room_ = std::move(call); }
  [[nodiscard]] Result<void> health() const override {
    if (problem) return *problem;
    return {};
  }

  void answer_held() {
    while (!held.empty()) {
      const auto batch = held.front();
      held.pop_front();
      answer(*batch);
    }
    room_();
  }

  bool hold = false;
  std::size_t room = 100;
  std::optional<Error> problem;        ///< of health()
  std::optional<Error> answers_error;  ///< of each batch
  std::deque<std::shared_ptr<Batch>> held;
  bool* destroyed = nullptr;

 private:
  void answer(Batch& batch) const {
    Batch::Outcome outcome;
    outcome.timing.run = milliseconds(1);
    outcome.cold = true;
    outcome.start = milliseconds(2);
    if (answers_error) {
      outcome.outputs = *answers_error;
      return batch.done(std::move(outcome));
    }
    Tensor sum{Datatype::fp32, {batch.rows, 2}, {}};
    for (const BatchItem& item : batch.items) {
      for (std::size_t i = 0; i + 4 <= item.request->inputs[0].bytes.size(); i += 4) {
        float value = 0;
        std::memcpy(&value, item.request->inputs[0].bytes.data() + i, 4);
        value += 1;
        const auto* bytes = reinterpret_cast<const std::byte*>(&value);
        sum.bytes.insert(sum.bytes.end(), bytes, bytes + 4);
      }
    }
    outcome.outputs = std::vector<Tensor>{std::move(sum)};
    batch.done(std::move(outcome));
  }
  Loop& loop_;
  Signature signature_;
  std::function<void()> room_;
};

/// A repository whose functions are all AddOneBackends of the front it belongs to.
class AddOneRepository : public Repository {
 public:
  explicit AddOneRepository(Loop& loop) : loop_(loop) {}
  void index(std::function<void(Result<std::vector<oip::ModelIndex>>)> done) override {
    auto entries = front->entries();
    entries.push_back({"never", {}, {}, {}});
    done(std::move(entries));
  }
  void load(const std::string& name, std::function<void(Result<void>)> done) override {
    if (name == "broken") return done(Error{Code::invalid_argument, "model.onnx is no model", {}});
    serve(name, "1");
    done({});
  }
  void unload(const std::string& name, std::function<void(Result<void>)> done) override {
    if (front->find(name) == nullptr) return done(Error{Code::not_found, "not here", {}});
    front->mark_unavailable(name, "1", Error{Code::unavailable, "it was unloaded", {}});
    done({});
  }
  AddOneBackend& serve(const std::string& name, const std::string& version,
                       const FunctionSettings& settings = {}) {
    auto backend = std::make_unique<AddOneBackend>(loop_);
    AddOneBackend& added = *backend;
    const Signature signature = AddOneBackend::signature_of_add_one();
    front->serve({name, version, "onnxruntime", signature, settings,
                  std::make_shared<const handler::Table>(*handler::Table::create({}, signature)),
                  [part = openapi_part(name, signature, nullptr)] { return part; }},
                 std::move(backend));
    return added;
  }
  Front* front = nullptr;

 private:
  Loop& loop_;
};

/// A front behind a real HTTP server on a free port of loopback, its loop on a thread of its own.
/// Everything but `port` is touched through `on_loop` only.
class FrontServer {
 public:
  FrontServer()
      : log_([this](std::string_view lines) { log_text += lines; }),
        repository(loop_),
        front(loop_, metrics_, log_, repository, {.version = "0.1.0"}) {
    repository.front = &front;
    thread_ = std::thread([this] { run(); });
    port = port_.get_future().get();
  }
  ~FrontServer() {
    loop_.stop();
    thread_.join();
  }
  FrontServer(const FrontServer&) = delete;
  FrontServer& operator=(const FrontServer&) = delete;

  /// Runs `call` on the loop's thread and gives back what it returned.
  template <class Call>
  auto on_loop(Call call) {
    std::packaged_task<decltype(call())()> task(std::move(call));
    auto result = task.get_future();
    loop_.post([&task] { task(); });
    return result.get();
  }
  /// Waits, pass by pass of the loop, until `condition` holds there.
  template <class Condition>
  void wait_until(Condition condition) {
    while (!on_loop(condition)) std::this_thread::yield();
  }
  [[nodiscard]] std::string log() {
    return on_loop([this] {
      log_.flush();
      return log_text;
    });
  }

 private:
  void run() {
    auto server = http::HttpServer::listen(
        loop_, "127.0.0.1", 0, {},
        [this](const http::HttpHead& head, const http::HeadContext& context) {
          return front.check_head(head, context);
        },
        [this](http::HttpRequest request, std::shared_ptr<http::Exchange> exchange) {
          front.handle(std::move(request), std::move(exchange));
        });
    GLOWPLUG_CHECK(server.has_value());
    (*server)->on_refusal([this](const http::HttpRefusal& refusal, http::HttpAnswer& answer) {
      front.count_refusal(refusal, answer);
    });
    front.count_connections([&server] { return (*server)->connections(); });
    port_.set_value((*server)->port());
    loop_.run([this] { front.after_pass(); });
    front.count_connections({});
  }

  http::EpollLoop loop_;
  observe::Metrics metrics_{"0.1.0"};
  std::string log_text;
  AccessLog log_;
  std::promise<std::uint16_t> port_;
  std::thread thread_;

 public:
  AddOneRepository repository;
  Front front;
  std::uint16_t port = 0;
};

}  // namespace glowplug::front::testing
