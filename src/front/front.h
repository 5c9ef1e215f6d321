#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/loop.h"
#include "fetch/fetcher.h"
#include "front/access_log.h"
#include "front/http/http_server.h"
#include "front/repository.h"
#include "front/served_function.h"
#include "observe/metrics.h"

namespace glowplug::front {

struct FrontOptions {
  std::string version;                                 ///< of the program, for /v2
  std::size_t max_body_bytes = std::size_t{64} << 20;  ///< also bounds one tensor
  fetch::Fetcher* fetcher = nullptr;  ///< outlives the front; null: nothing is fetched
};

/// Everything between HTTP and the back ends: routes, codecs, queues, metrics, access log
/// (DESIGN.md sections 3 and 4). The gateway fills it with rings, the handler alone with one
/// engine in its own process.
///
/// Build a server with it like this:
///
///   auto server = HttpServer::listen(loop, host, port, limits,
///       [&](const HttpHead& head, const HeadContext& context) { return front.check_head(head,
///       context); },
///       [&](HttpRequest request, auto exchange) { front.handle(std::move(request), exchange); });
///   (*server)->on_refusal([&](const HttpRefusal& refusal, HttpAnswer& answer) {
///   front.count_refusal(refusal, answer); }); loop.run([&] { front.after_pass(); });
///
/// All calls on the loop's thread. Everything handed to the constructor outlives it; the server is
/// destroyed before it.
class Front {
 public:
  Front(Loop& loop, observe::Metrics& metrics, AccessLog& access_log, Repository& repository,
        const FrontOptions& options);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  /// Serves a function version from now on. One that had the name takes no more requests, answers
  /// those it has and is destroyed then.
  void serve(FunctionDescription description, std::unique_ptr<Backend> backend);
  /// Knows the name, but answers for it only 503 with `reason` (it did not load, or was unloaded);
  /// what was served under it ends as with `serve`.
  void mark_unavailable(const std::string& name, const std::string& version, Error reason);
  /// Knows the name no longer.
  void forget(const std::string& name);

  /// What is served under the name now; null if nothing.
  [[nodiscard]] ServedFunction* find(std::string_view name) const;
  /// Everything that is served, sorted by name.
  [[nodiscard]] std::vector<ServedFunction*> functions() const;
  /// The entries of the repository's index as far as the front knows: served or unavailable names.
  [[nodiscard]] std::vector<oip::ModelIndex> entries() const;

  /// From now on readiness says 503, so that balancers turn elsewhere; requests are still answered.
  void set_draining();
  /// Requests that wait or run, those of replaced versions included.
  [[nodiscard]] std::size_t open_requests() const;
  /// Answers every request under way with `error`.
  void fail_all(const Error& error);

  /// Called before /metrics is written; calls its argument once the gauges are set, then or later.
  void before_metrics(std::function<void(std::function<void()> done)> collect);
  /// Number of open connections, for /metrics.
  void count_connections(std::function<std::size_t()> connections);

  // What the HTTP server calls.
  [[nodiscard]] std::optional<http::HttpAnswer> check_head(const http::HttpHead& head,
                                                           const http::HeadContext& context);
  void handle(http::HttpRequest request, std::shared_ptr<http::Exchange> exchange);
  void count_refusal(const http::HttpRefusal& refusal, http::HttpAnswer& answer);
  /// After each pass of the loop: packs what waits into batches and writes the access log.
  void after_pass();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace glowplug::front
