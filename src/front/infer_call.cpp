#include "front/infer_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "front/event_context.h"
#include "front/form_request.h"
#include "front/http/compression.h"
#include "front/oip/infer_writer.h"
#include "front/server_timing.h"
#include "handler/answer.h"
#include "handler/references.h"

namespace glowplug::front {
namespace {

constexpr std::string_view kTimeoutHeader = "x-request-timeout-ms";
constexpr int kFirstErrorStatus = 400;
constexpr std::string_view kJsonLengthHeader = "Inference-Header-Content-Length";

http::HttpAnswer http_answer(EventAnswer answer) {
  http::HttpAnswer http;
  http.status = answer.status;
  http.headers.emplace_back("Content-Type", std::move(answer.content_type));
  http.body = std::move(answer.body);
  return http;
}

/// One inference under way. Held by the done callback in the queue; the client's leaving finds it
/// only as long as that lives.
class InferCall : public std::enable_shared_from_this<InferCall> {
 public:
  InferCall(OpenRequest request, InferForm form, ServedFunction& served, Replies& replies)
      : request_(std::move(request)), form_(form), served_(served), replies_(replies) {}

  void start(std::unique_ptr<std::string> body, const InferCallLimits& limits) {
    if (may_fetch(limits)) {
      auto references =
          handler::references_in({content_type(), *body, {}}, served_.about.item_field);
      if (!references) return fail(references.error());
      if (!references->empty())
        return fetch(std::move(body), *std::move(references), limits.fetching);
    }
    submit(read(std::move(body), limits));
  }

 private:
  void submit(Result<InferRequest> parsed) {
    if (!parsed) return fail(parsed.error());
    parse_ = Clock::now() - started_ - fetch_;
    const auto deadline = deadline_of(parsed->timeout);
    if (!deadline) return fail(deadline.error());
    rows_ = parsed->rows;
    const std::uint64_t ticket = served_.queue.submit(
        std::move(*parsed), request_.arrival, *deadline,
        [self = shared_from_this()](const InferRequest& asked, Result<InferResponse> response) {
          self->finish(asked, std::move(response));
        });
    if (ticket == 0) return;  // answered already
    request_.exchange->on_gone([call = weak_from_this(), ticket] {
      if (const auto self = call.lock()) self->cancel(ticket);
    });
  }

  [[nodiscard]] std::string_view content_type() const {
    return request_.head.header("Content-Type").value_or("");
  }

  [[nodiscard]] bool may_fetch(const InferCallLimits& limits) const {
    return form_ == InferForm::plain && limits.fetching.fetcher != nullptr &&
           !served_.about.item_field.empty() && !served_.about.settings.fetch_hosts.empty();
  }

  void fetch(std::unique_ptr<std::string> body, std::vector<handler::Reference> references,
             const Fetching& fetching) {
    const FunctionSettings& settings = served_.about.settings;
    const auto deadline = deadline_of(Duration(0));
    if (!deadline) return fail(deadline.error());
    body_ = std::move(body);
    references_ = std::move(references);
    fetch_begun_ = Clock::now();
    fetch::FetchJob job{.wanted = {},
                        .list = settings.fetch_hosts,
                        .max_bytes = settings.fetch_max_bytes,
                        .max_total_bytes = fetching.max_total_bytes - body_->size(),
                        .deadline = std::min(*deadline, fetch_begun_ + settings.fetch_timeout)};
    for (const handler::Reference& reference : references_)
      job.wanted.push_back({fmt::format("record {}", reference.record), reference.url});
    // Nothing of a call may end on the fetcher's thread: it holds only a weak pointer.
    auto started = fetching.fetcher->start(
        std::move(job), [&loop = *fetching.loop, call = weak_from_this()](auto fetched) {
          auto result = std::make_shared<decltype(fetched)>(std::move(fetched));
          loop.post([call, result] {
            if (const auto self = call.lock()) self->fetched(std::move(*result));
          });
        });
    if (!started) {
      count_fetch(started.error().code);
      return fail(started.error());
    }
    const std::uint64_t ticket = fetch_ticket_ = *started;
    served_.fetching.emplace(ticket, [self = shared_from_this(), fetching](const Error& error) {
      fetching.fetcher->cancel(self->fetch_ticket_);
      self->fail(error);
    });
    request_.exchange->on_gone([call = weak_from_this(), fetching] {
      if (const auto self = call.lock()) self->leave_fetch(*fetching.fetcher);
    });
  }

  void fetched(Result<std::vector<fetch::Fetched>> fetched) {
    if (served_.fetching.erase(fetch_ticket_) == 0) return;  // answered already
    fetch_ = Clock::now() - fetch_begun_;
    count_fetch(fetched ? std::nullopt : std::optional(fetched.error().code));
    if (!fetched) return fail(fetched.error());
    std::vector<handler::FetchedItem> items;
    for (std::size_t i = 0; i < fetched->size(); ++i) {
      fetch::Fetched& one = (*fetched)[i];
      one.content_type = handler::type_of_fetched(one.content_type, one.path, one.bytes);
      items.push_back({references_[i].record, one.content_type, one.bytes});
    }
    const std::string context = event_context(request_, served_.about, EventAnswers::plain);
    const handler::FetchedEvent event =
        handler::with_fetched({content_type(), *body_, context}, items);
    body_.reset();
    submit(request_of({content_type(), event.body, event.context}));
  }

  void leave_fetch(fetch::Fetcher& fetcher) {
    if (served_.fetching.erase(fetch_ticket_) == 0) return;
    fetcher.cancel(fetch_ticket_);
    fetch_ = Clock::now() - fetch_begun_;
    count_fetch(Code::cancelled);
    replies_.cancelled(request_, {.served = &served_, .rows = rows_});
  }

  void count_fetch(std::optional<Code> error) { served_.metrics->fetched(error, fetch_); }

  [[nodiscard]] Result<InferRequest> read(std::unique_ptr<std::string> body,
                                          const InferCallLimits& limits) {
    const Signature& signature = served_.about.signature;
    if (form_ == InferForm::plain) return read_plain(*body, limits);
    std::optional<std::size_t> json_length;
    if (const auto given = request_.head.header(kJsonLengthHeader)) {
      GLOWPLUG_ASSIGN(json_length, oip::read_header_length(*given));
    }
    GLOWPLUG_ASSIGN(auto for_handler,
                    read_form_request(request_, body, json_length, served_.about, limits));
    if (for_handler) {
      asked_ = std::move(for_handler->asked);
      return std::move(for_handler->sent);
    }
    auto request = oip::read_infer(std::move(body), json_length, signature, limits.protocol);
    const auto& form = served_.about.protocol_form;
    if (!request && request.error().code == Code::invalid_argument && form && form->takes_items())
      request.error().message +=
          fmt::format("; its handler takes {} BYTES[-1]", form->signature.inputs[0].name);
    return request;
  }

  [[nodiscard]] Result<InferRequest> read_plain(const std::string& body,
                                                const InferCallLimits& limits) const {
    if (const auto& table = served_.about.table)
      return table->read(content_type(), body, limits.records);
    const std::string context = event_context(request_, served_.about, EventAnswers::plain);
    return request_of({content_type(), body, context});
  }

  /// `asked`: the request's own limit; 0: it has none.
  [[nodiscard]] Result<Time> deadline_of(Duration asked) const {
    Duration allowed = served_.about.settings.timeout;
    if (asked > Duration(0)) allowed = std::min(allowed, asked);
    if (const auto text = request_.head.header(kTimeoutHeader)) {
      std::uint32_t ms = 0;
      const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), ms);
      if (error != std::errc() || end != text->data() + text->size() || ms == 0) {
        return Error{Code::invalid_argument,
                     fmt::format("{} is \"{}\", whole milliseconds from 1 on were expected",
                                 kTimeoutHeader, *text),
                     {}};
      }
      allowed = std::min<Duration>(allowed, milliseconds(ms));
    }
    return request_.arrival + allowed;
  }

  void finish(const InferRequest& asked, Result<InferResponse> response) {
    if (!response) return fail(response.error());
    PhaseTiming timing = response->timing;
    timing.parse = parse_;
    timing.fetch = fetch_;
    const std::int64_t batch_rows = response->batch_rows;
    const Time begun = Clock::now();
    auto answer = write(asked, std::move(*response));
    if (!answer) return fail(answer.error());
    timing.write = Clock::now() - begun;
    answer->headers.emplace_back("Server-Timing", server_timing(timing));
    if (answer->status >= kFirstErrorStatus) return refuse(*std::move(answer));
    replies_.send(request_, std::move(*answer),
                  {.served = &served_, .timing = &timing, .rows = rows_, .batch_rows = batch_rows});
  }

  [[nodiscard]] Result<http::HttpAnswer> write(const InferRequest& asked,
                                               InferResponse response) const {
    if (form_ == InferForm::plain) return write_plain(asked, response);
    if (!asked_) return write_protocol(asked, std::move(response), served_.about.signature);
    GLOWPLUG_ASSIGN(FormAnswer answer,
                    read_form_answer(asked, *asked_, std::move(response), served_.about));
    if (answer.refusal) return http_answer(*std::move(answer.refusal));
    return write_protocol(*asked_, {std::move(answer.tensors), {}, 1},
                          form_signature(served_.about));
  }

  [[nodiscard]] Result<http::HttpAnswer> write_protocol(const InferRequest& asked,
                                                        InferResponse response,
                                                        const Signature& signature) const {
    GLOWPLUG_ASSIGN(oip::InferAnswer written,
                    oip::write_infer(asked, std::move(response), signature,
                                     {served_.about.name, served_.about.version}));
    http::HttpAnswer answer;
    answer.headers = std::move(written.headers);
    answer.body = std::move(written.body);
    for (oip::BodyPiece& piece : written.pieces)
      answer.pieces.push_back({piece.bytes, std::move(piece.owner)});
    http::compress_answer(answer, request_.head.header("Accept-Encoding"));
    return answer;
  }

  [[nodiscard]] Result<http::HttpAnswer> write_plain(const InferRequest& asked,
                                                     const InferResponse& response) const {
    if (const auto& table = served_.about.table) {
      const bool csv = handler::accepts_csv(request_.head.header("Accept").value_or(""));
      GLOWPLUG_ASSIGN(EventAnswer answer, table->write(asked, response, csv));
      return http_answer(std::move(answer));
    }
    GLOWPLUG_ASSIGN(std::vector<EventAnswer> answers, answers_in(response.outputs));
    if (answers.size() != 1)
      return Error{Code::internal, "the handler gave no answer to one event", {}};
    return http_answer(std::move(answers[0]));
  }

  void fail(const Error& error) {
    replies_.send_error(request_, error, {.served = &served_, .rows = rows_});
  }

  /// What a handler said of an event.
  void refuse(http::HttpAnswer answer) {
    const std::string text = handler::error_in(answer.body);
    replies_.send_refusal(request_, std::move(answer), text, {.served = &served_, .rows = rows_});
  }

  void cancel(std::uint64_t ticket) {
    served_.queue.cancel(ticket);
    replies_.cancelled(request_, {.served = &served_, .rows = rows_});
  }

  OpenRequest request_;
  InferForm form_;
  ServedFunction& served_;
  Replies& replies_;
  Time started_ = Clock::now();
  nanoseconds parse_{0};
  nanoseconds fetch_{0};
  Time fetch_begun_;
  std::uint64_t fetch_ticket_ = 0;
  std::unique_ptr<std::string> body_;  // while inputs are fetched
  std::vector<handler::Reference> references_;
  std::int64_t rows_ = 0;
  std::optional<InferRequest> asked_;  // in the protocol, of the handler
};

}  // namespace

void start_infer_call(OpenRequest request, std::unique_ptr<std::string> body, InferForm form,
                      ServedFunction& served, Replies& replies, const InferCallLimits& limits) {
  std::make_shared<InferCall>(std::move(request), form, served, replies)
      ->start(std::move(body), limits);
}

}  // namespace glowplug::front
