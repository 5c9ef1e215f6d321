#include "runtime/container_server.h"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/file.h"
#include "base/line_writer.h"
#include "base/version.h"
#include "fetch/fetcher.h"
#include "front/front.h"
#include "front/http/epoll_loop.h"
#include "front/http/http_server.h"
#include "front/inline/inline_backend.h"
#include "front/openapi.h"
#include "handler/references.h"
#include "observe/metrics.h"
#include "runtime/container_model.h"
#include "runtime/fixed_repository.h"

namespace glowplug::runtime {
namespace {

namespace http = front::http;

constexpr Duration kDrainTimeout = seconds(30);
constexpr const char* kOnlyVersion = "1";

Result<UniqueFd> signals_as_descriptor() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  if (::sigprocmask(SIG_BLOCK, &ends, nullptr) != 0) return system_error("block signals", errno);
  (void)std::signal(SIGPIPE, SIG_IGN);
  UniqueFd fd(::signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return system_error("signalfd", errno);
  return fd;
}

std::string address_of(const std::string& host, std::uint16_t port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

/// The signature of the bundle if it is that of the session, which is what will be run.
Result<Signature> served_signature(const ContainerModel& model) {
  const Signature& told = model.bundle.manifest().signature;
  const Signature& found = model.session->signature();
  if (told.describe() == found.describe()) return told;
  return Error{
      Code::failed_precondition,
      fmt::format("the manifest says {}, but the model has {}", told.describe(), found.describe()),
      "export the model again"};
}

/// How the server ends.
class Ending {
 public:
  Ending(http::EpollLoop& loop, front::Front& front, http::HttpServer& server, Log& log)
      : loop_(loop), front_(front), server_(server), log_(log) {}

  void watch(int signals) {
    watch_ = loop_.watch_readable(signals, [this, signals] {
      signalfd_siginfo signal{};
      while (::read(signals, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal))
        on_signal(static_cast<int>(signal.ssi_signo));
    });
  }

 private:
  void on_signal(int number) {
    if (number != SIGTERM || std::exchange(draining_, true)) return end_now();
    log_.info("draining", "no new connections; requests under way are finished");
    front_.set_draining();
    timer_ = loop_.at(loop_.now() + kDrainTimeout, [this] { end_now(); });
    server_.drain([this] { loop_.stop(); });
  }

  void end_now() {
    front_.fail_all(Error{Code::unavailable, "the server is shutting down", {}});
    loop_.stop();
  }

  http::EpollLoop& loop_;
  front::Front& front_;
  http::HttpServer& server_;
  Log& log_;
  Loop::Handle watch_;
  Loop::Handle timer_;
  bool draining_ = false;
};

Result<std::unique_ptr<http::HttpServer>> listen(http::EpollLoop& loop, front::Front& front,
                                                 const ServerOptions& options) {
  GLOWPLUG_ASSIGN(
      auto server,
      http::HttpServer::listen(
          loop, options.host, options.http_port, http::HttpLimits{},
          [&front](const http::HttpHead& head, const http::HeadContext& context) {
            return front.check_head(head, context);
          },
          [&front](http::HttpRequest request, std::shared_ptr<http::Exchange> exchange) {
            front.handle(std::move(request), std::move(exchange));
          }));
  server->on_refusal([&front](const http::HttpRefusal& refusal, http::HttpAnswer& answer) {
    front.count_refusal(refusal, answer);
  });
  front.count_connections([connected = server.get()] { return connected->connections(); });
  return server;
}

}  // namespace

Result<void> serve_container(const ServerOptions& options, const OpenEngine& open, Log& log,
                             const std::function<void(const std::string& address)>& listening) {
  GLOWPLUG_ASSIGN(const UniqueFd signals, signals_as_descriptor());
  GLOWPLUG_ASSIGN(const FunctionSettings settings, apply({}, options.settings));
  GLOWPLUG_ASSIGN(
      const ContainerModel model,
      load_container_model(options.bundle, {options.engine, options.engine_library}, open, log));
  GLOWPLUG_ASSIGN(Signature signature, served_signature(model));
  const std::string& name = model.bundle.manifest().name;
  http::EpollLoop loop;
  if (options.busy_poll) loop.look_before_sleep();
  observe::Metrics metrics(kVersion);
  LineWriter lines(STDERR_FILENO);
  front::AccessLog access_log(
      options.access_log
          ? front::AccessLog::Sink([&lines](std::string_view text) { lines.write(text); })
          : front::AccessLog::Sink());
  FixedRepository repository({name, kOnlyVersion, "READY", {}});
  fetch::Fetcher fetcher(fetch::ObjectStore::from_environment(::getenv));
  front::Front front(loop, metrics, access_log, repository,
                     {.version = std::string(kVersion), .fetcher = &fetcher});
  front.serve(
      {name, kOnlyVersion, std::string(model.engine->name()), signature, settings, model.table,
       [&] { return front::openapi_part(name, signature, model.bundle.manifest().handler); },
       handler::item_field(model.bundle.manifest().handler),
       handler::protocol_form(model.bundle.manifest().handler, signature)},
      std::make_unique<front::InlineBackend>(loop, *model.session, signature,
                                             model.event_session()));
  GLOWPLUG_ASSIGN(const std::unique_ptr<http::HttpServer> server, listen(loop, front, options));
  Ending ending(loop, front, *server, log);
  ending.watch(signals.get());
  listening(address_of(options.host, server->port()));
  loop.run([&front] { front.after_pass(); });
  access_log.flush();
  return {};
}

}  // namespace glowplug::runtime
