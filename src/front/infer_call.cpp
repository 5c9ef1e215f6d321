#include "front/infer_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "front/event_context.h"
#include "front/http/compression.h"
#include "front/oip/infer_writer.h"
#include "front/server_timing.h"
#include "handler/answer.h"

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
    auto parsed = read(std::move(body), limits);
    if (!parsed) return fail(parsed.error());
    parse_ = Clock::now() - started_;
    const auto deadline = deadline_of(*parsed);
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

 private:
  [[nodiscard]] Result<InferRequest> read(std::unique_ptr<std::string> body,
                                          const InferCallLimits& limits) const {
    const Signature& signature = served_.about.signature;
    if (form_ == InferForm::plain) return read_plain(*body, limits);
    std::optional<std::size_t> json_length;
    if (const auto given = request_.head.header(kJsonLengthHeader)) {
      GLOWPLUG_ASSIGN(json_length, oip::read_header_length(*given));
    }
    return oip::read_infer(std::move(body), json_length, signature, limits.protocol);
  }

  [[nodiscard]] Result<InferRequest> read_plain(const std::string& body,
                                                const InferCallLimits& limits) const {
    const auto type = request_.head.header("Content-Type").value_or("");
    if (const auto& table = served_.about.table) return table->read(type, body, limits.records);
    const std::string context = event_context(request_, served_.about);
    return request_of({type, body, context});
  }

  [[nodiscard]] Result<Time> deadline_of(const InferRequest& parsed) const {
    Duration allowed = served_.about.settings.timeout;
    if (parsed.timeout > Duration(0)) allowed = std::min(allowed, parsed.timeout);
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
    const Signature& signature = served_.about.signature;
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
  std::int64_t rows_ = 0;
};

}  // namespace

void start_infer_call(OpenRequest request, std::unique_ptr<std::string> body, InferForm form,
                      ServedFunction& served, Replies& replies, const InferCallLimits& limits) {
  std::make_shared<InferCall>(std::move(request), form, served, replies)
      ->start(std::move(body), limits);
}

}  // namespace glowplug::front
