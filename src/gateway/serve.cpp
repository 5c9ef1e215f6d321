#include "gateway/serve.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/cpu.h"
#include "base/installation.h"
#include "base/line_writer.h"
#include "base/version.h"
#include "fetch/fetcher.h"
#include "front/http/http_server.h"
#include "gateway/announcement.h"
#include "gateway/gateway.h"
#include "gateway/kept_memory.h"
#include "gateway/open_files.h"
#include "gateway/process_signals.h"
#include "instances/cgroup.h"
#include "instances/keeper.h"
#include "instances/template_budget.h"
#include "store/store.h"

namespace glowplug::gateway {
namespace {

namespace http = front::http;

/// Descriptors kept for rings, doorbells, pidfds, control sockets and files.
constexpr std::uint64_t kReservedFiles = 512;

Result<std::unique_ptr<FunctionSource>> source_of(const ServeOptions& options) {
  if (!options.bundles.empty()) return make_bundle_source(options.bundles, options.settings);
  GLOWPLUG_TRY(apply({}, options.settings));
  GLOWPLUG_ASSIGN(store::Store opened, store::Store::open(options.home));
  return make_store_source(std::move(opened), options.settings);
}

GatewayOptions gateway_options(const ServeOptions& options, fetch::Fetcher& fetcher) {
  return {.version = std::string(kVersion),
          .handler_program = handler_program_path(options.handler_program),
          .loader = {.engine_library = engine_library_path(options.engine_library),
                     .cpu_level = cpu_level(detect_cpu()),
                     .sandbox = options.sandbox},
          .max_body_bytes = options.max_body_bytes,
          .fetcher = &fetcher};
}

http::HttpLimits http_limits(const ServeOptions& options, Log& log) {
  http::HttpLimits limits;
  limits.max_body_bytes = options.max_body_bytes;
  limits.max_decompressed_bytes = options.max_body_bytes;
  limits.max_buffered_bytes = std::max(options.max_buffered_bytes, options.max_body_bytes);
  const std::uint64_t files = raise_open_files();
  limits.max_connections = connections_within(files, kReservedFiles, options.max_connections);
  if (limits.max_connections < options.max_connections) {
    log.warning("few_open_files",
                fmt::format("{} open files are allowed (ulimit -n), so that {} connections are "
                            "taken instead of {}",
                            files, limits.max_connections, options.max_connections));
  }
  return limits;
}

Error with_port_fix(Error error, const std::string& address) {
  if (error.code != Code::already_exists) return error;
  return {Code::unavailable, fmt::format("cannot listen on {}: {}", address, error.message),
          "--http-port 0 picks a free port; ss -ltnp shows who has this one"};
}

/// The HTTP server and how it ends.
class Service {
 public:
  Service(http::EpollLoop& loop, Gateway& gateway, const ServeOptions& options, Log& log)
      : loop_(loop), gateway_(gateway), options_(options), log_(log) {}

  Result<void> listen() {
    front::Front& front = gateway_.front();
    auto server = http::HttpServer::listen(
        loop_, options_.host, options_.http_port, http_limits(options_, log_),
        [&front](const http::HttpHead& head, const http::HeadContext& context) {
          return front.check_head(head, context);
        },
        [&front](http::HttpRequest request, std::shared_ptr<http::Exchange> exchange) {
          front.handle(std::move(request), std::move(exchange));
        });
    if (!server) {
      return with_port_fix(std::move(server).error(),
                           address_text(options_.host, options_.http_port));
    }
    server_ = *std::move(server);
    server_->on_refusal([&front](const http::HttpRefusal& refusal, http::HttpAnswer& answer) {
      front.count_refusal(refusal, answer);
    });
    server_->use_body_memory(kept_memory());
    front.count_connections([this] { return server_->connections(); });
    return {};
  }

  [[nodiscard]] std::string address() const { return address_text(options_.host, server_->port()); }

  [[nodiscard]] Ended ended() const { return ended_; }

  void on_signal(int number) {
    if (ending_) return end_hard(number);
    if (number == SIGHUP) return gateway_.reload();
    ending_ = true;
    if (number == SIGTERM) return drain();
    ended_ = Ended::interrupted;
    end_now("interrupted");
  }

 private:
  void drain() {
    log_.info("draining", "no new connections; requests under way are finished",
              {{"requests", static_cast<std::int64_t>(gateway_.front().open_requests())}});
    gateway_.front().set_draining();
    drain_timer_ = loop_.at(loop_.now() + options_.drain_timeout,
                            [this] { end_now("the drain timeout has passed"); });
    server_->drain([this] {
      log_.info("drained", "every accepted request was answered");
      loop_.stop();
    });
  }

  void end_now(std::string_view why) {
    log_.info("ending", why,
              {{"requests", static_cast<std::int64_t>(gateway_.front().open_requests())}});
    gateway_.front().fail_all(Error{Code::unavailable, "the server is shutting down", {}});
    loop_.stop();
  }

  /// As if nobody had caught it. The kernel ends templates and instances with us.
  [[noreturn]] static void end_hard(int number) {
    (void)std::signal(number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    (void)::raise(number);
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    ::_exit(128 + number);
  }

  http::EpollLoop& loop_;
  Gateway& gateway_;
  const ServeOptions& options_;
  Log& log_;
  std::unique_ptr<http::HttpServer> server_;
  Loop::Handle drain_timer_;
  bool ending_ = false;
  Ended ended_ = Ended::drained;
};

void announce(const Gateway& gateway, const std::string& address, const ServeOptions& options,
              Log& log) {
  const bool only_here = is_loopback(options.host);
  if (!only_here) log.warning("open_to_network", what_is_open(address));
  if (::isatty(STDERR_FILENO) != 0)
    LineWriter(STDERR_FILENO).write(start_table(kVersion, address, only_here, gateway.rows()));
  log.info("listening", "ready", {{"address", address}});
}

}  // namespace

Result<Ended> serve(const ServeOptions& options, Log& log,
                    const std::function<void(const std::string& line)>& listening) {
  GLOWPLUG_ASSIGN(std::unique_ptr<FunctionSource> source, source_of(options));
  GLOWPLUG_ASSIGN(ProcessSignals signals, ProcessSignals::block());  // before the keeper's thread
  http::EpollLoop loop;
  if (options.busy_poll) loop.look_before_sleep();
  observe::Metrics metrics(kVersion);
  LineWriter lines(STDERR_FILENO);
  front::AccessLog access_log(
      options.access_log
          ? front::AccessLog::Sink([&lines](std::string_view text) { lines.write(text); })
          : front::AccessLog::Sink());
  instances::CgroupHost cgroups = instances::CgroupHost::detect({});
  log.info("limits", cgroups.description());
  instances::TemplateBudget budget(options.template_budget_bytes);
  instances::Keeper keeper;
  instances::Keeper reader;
  fetch::Fetcher fetcher(fetch::ObjectStore::from_environment(::getenv));
  Gateway gateway({loop, keeper, cgroups, budget, log}, reader, metrics, access_log,
                  std::move(source), gateway_options(options, fetcher));
  Service service(loop, gateway, options, log);
  // Bound first, so that a taken port is said at once; who connects meanwhile waits in the backlog.
  GLOWPLUG_TRY(service.listen());
  GLOWPLUG_TRY(gateway.load_at_start());
  announce(gateway, service.address(), options, log);
  listening("listening http=" + service.address());
  signals.watch(loop, [&service](int number) { service.on_signal(number); });
  loop.run([&gateway] { gateway.front().after_pass(); });
  access_log.flush();
  signals.unwatch();
  return service.ended();
}

}  // namespace glowplug::gateway
