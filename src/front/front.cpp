#include "front/front.h"

#include <utility>

#include "front/admission.h"
#include "front/function_table.h"
#include "front/infer_call.h"
#include "front/model_answers.h"
#include "front/replies.h"
#include "front/repository_calls.h"
#include "front/routes.h"

namespace glowplug::front {

class Front::State {
 public:
  State(Loop& loop, observe::Metrics& metrics, AccessLog& access_log, Repository& repository,
        const FrontOptions& options)
      : metrics_(metrics),
        access_log_(access_log),
        repository_(repository),
        replies(loop, metrics, access_log),
        table(loop, metrics),
        admission(table, replies),
        models(table, options.version) {
    limits_.protocol.max_json_bytes = options.max_body_bytes;
    limits_.fetching = {&loop, options.fetcher, options.max_body_bytes};
  }

  void handle(http::HttpRequest request, std::shared_ptr<http::Exchange> exchange) {
    auto route = find_route(request.head.path);
    if (!route) return;  // the admission has answered it
    OpenRequest open{.head = std::move(request.head),
                     .route = std::move(*route),
                     .id = {},
                     .peer = std::move(request.peer),
                     .received_bytes = request.received_bytes,
                     .arrival = request.arrival,
                     .exchange = std::move(exchange)};
    open.id = replies.id_of(open.head);
    switch (open.route.kind) {
      case RouteKind::infer:
        return infer(std::move(open), std::move(request.body), InferForm::protocol);
      case RouteKind::predict:
        return infer(std::move(open), std::move(request.body), InferForm::plain);
      case RouteKind::repository_index:
      case RouteKind::repository_load:
      case RouteKind::repository_unload:
        return answer_repository_call(std::move(open), *request.body, repository_, replies);
      case RouteKind::metrics:
        return answer_metrics(std::move(open));
      default:
        break;
    }
    auto answer = models.answer(open.route);
    if (!answer) return replies.send_error(open, answer.error());
    replies.send(open, std::move(*answer));
  }

  void flush() {
    table.flush();
    access_log_.flush();
  }

 private:
  void infer(OpenRequest open, std::unique_ptr<std::string> body, InferForm form) {
    // Looked up again: it may have been unloaded while the body came.
    const auto served = table.find(open.route.function, open.route.version);
    if (!served) return replies.send_error(open, served.error());
    start_infer_call(std::move(open), std::move(body), form, **served, replies, limits_);
  }

  void answer_metrics(OpenRequest open) {
    const auto shared = std::make_shared<OpenRequest>(std::move(open));
    const auto write = [this, shared] {
      for (ServedFunction* served : table.all_served()) served->report();
      if (connections) metrics_.set_connections(connections());
      http::HttpAnswer answer;
      answer.headers.emplace_back("Content-Type", observe::kMetricsContentType);
      answer.body = metrics_.text();
      replies.send(*shared, std::move(answer));
    };
    if (before_metrics) return before_metrics(write);
    write();
  }

  observe::Metrics& metrics_;
  AccessLog& access_log_;
  Repository& repository_;
  InferCallLimits limits_;

 public:
  Replies replies;
  FunctionTable table;
  Admission admission;
  ModelAnswers models;
  std::function<void(std::function<void()>)> before_metrics;
  std::function<std::size_t()> connections;
};

Front::Front(Loop& loop, observe::Metrics& metrics, AccessLog& access_log, Repository& repository,
             const FrontOptions& options)
    : state_(std::make_unique<State>(loop, metrics, access_log, repository, options)) {}
Front::~Front() = default;

void Front::serve(FunctionDescription description, std::unique_ptr<Backend> backend) {
  state_->table.serve(std::move(description), std::move(backend));
}
void Front::mark_unavailable(const std::string& name, const std::string& version, Error reason) {
  state_->table.mark_unavailable(name, version, std::move(reason));
}
void Front::forget(const std::string& name) { state_->table.forget(name); }
ServedFunction* Front::find(std::string_view name) const { return state_->table.served(name); }
std::vector<ServedFunction*> Front::functions() const { return state_->table.all_served(); }
std::vector<oip::ModelIndex> Front::entries() const { return state_->table.index(); }
void Front::set_draining() { state_->models.set_draining(); }
std::size_t Front::open_requests() const { return state_->table.open_requests(); }
void Front::fail_all(const Error& error) { state_->table.fail_all(error); }
void Front::before_metrics(std::function<void(std::function<void()> done)> collect) {
  state_->before_metrics = std::move(collect);
}
void Front::count_connections(std::function<std::size_t()> connections) {
  state_->connections = std::move(connections);
}
std::optional<http::HttpAnswer> Front::check_head(const http::HttpHead& head,
                                                  const http::HeadContext& context) {
  return state_->admission.check(head, context);
}
void Front::handle(http::HttpRequest request, std::shared_ptr<http::Exchange> exchange) {
  state_->handle(std::move(request), std::move(exchange));
}
void Front::count_refusal(const http::HttpRefusal& refusal, http::HttpAnswer& answer) {
  state_->replies.count_refusal(refusal, answer);
}
void Front::after_pass() { state_->flush(); }

}  // namespace glowplug::front
