#include "front/replies.h"

#include <fmt/format.h>

#include <utility>

#include "base/code_table.h"
#include "front/hide_paths.h"

namespace glowplug::front {
namespace {

constexpr int kClientClosedRequest = 499;  // as nginx logs it; never sent
constexpr const char* kRetryAfterSeconds = "1";

bool may_pass(Code code) { return code == Code::unavailable || code == Code::exhausted; }

}  // namespace

http::HttpAnswer answer_of(const Error& error, std::string_view request_id) {
  const bool inside = error.code == Code::internal;
  auto answer = http::error_answer(
      http_status_of(error.code),
      inside
          ? fmt::format("something went wrong inside; the log has it under request {}", request_id)
      : may_pass(error.code) ? hide_paths(error.message)
                             : error.message);
  if (may_pass(error.code)) answer.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  return answer;
}

http::HttpAnswer json_answer(std::string body) {
  http::HttpAnswer answer;
  answer.headers.emplace_back("Content-Type", "application/json");
  answer.body = std::move(body);
  return answer;
}

void Replies::send(OpenRequest& request, http::HttpAnswer answer, const InferenceFacts& facts) {
  count(request, answer.status, answer.body_bytes(), facts, nullptr, {});
  answer.headers.emplace_back("x-request-id", std::move(request.id));
  request.exchange->respond(std::move(answer));
}

void Replies::send_error(OpenRequest& request, const Error& error, const InferenceFacts& facts) {
  auto answer = answer_of(error, request.id);
  count(request, answer.status, answer.body_bytes(), facts, &error, error.message);
  answer.headers.emplace_back("x-request-id", std::move(request.id));
  request.exchange->respond(std::move(answer));
}

void Replies::send_refusal(OpenRequest& request, http::HttpAnswer answer, std::string_view error,
                           const InferenceFacts& facts) {
  const Error as_error{code_of_status(answer.status), {}, {}};
  count(request, answer.status, answer.body_bytes(), facts,
        facts.served != nullptr ? &as_error : nullptr, error);
  answer.headers.emplace_back("x-request-id", std::move(request.id));
  request.exchange->respond(std::move(answer));
}

void Replies::cancelled(OpenRequest& request, const InferenceFacts& facts) {
  const Error left{Code::cancelled, "the client left before the answer", {}};
  count(request, kClientClosedRequest, 0, facts, &left, left.message);
}

void Replies::count(const OpenRequest& request, int status, std::size_t sent_bytes,
                    const InferenceFacts& facts, const Error* error, std::string_view text) {
  const Duration total = loop_.now() - request.arrival;
  metrics_.http_answered(name_of(request.route.kind), status);
  AccessRecord record{.method = request.head.method,
                      .target = request.head.target,
                      .peer = request.peer,
                      .function = request.route.function,
                      .version = request.route.version,
                      .request_id = request.id,
                      .error = text,
                      .status = status,
                      .received_bytes = request.received_bytes,
                      .sent_bytes = sent_bytes,
                      .duration = total,
                      .timing = facts.timing,
                      .rows = facts.rows,
                      .batch_rows = facts.batch_rows};
  if (ServedFunction* served = facts.served) {
    record.version = served->about.version;
    served->metrics->answered(status, error ? std::optional(error->code) : std::nullopt, total);
    if (facts.timing != nullptr) {
      served->metrics->phases(*facts.timing);
      served->statistics.request_succeeded(facts.rows, *facts.timing, total,
                                           std::chrono::system_clock::now());
    } else {
      served->statistics.request_failed(total);
    }
  }
  log_.write(record);
}

http::HttpAnswer Replies::at_head(const AtHead& at, std::string_view route,
                                  std::string_view function, http::HttpAnswer answer,
                                  std::string_view id, std::string_view error) {
  metrics_.http_answered(route, answer.status);
  log_.write({.method = at.head.method,
              .target = at.head.target,
              .peer = at.context.peer,
              .function = function,
              .request_id = id,
              .error = error,
              .status = answer.status,
              .sent_bytes = answer.body_bytes(),
              .duration = loop_.now() - at.context.first_byte});
  answer.headers.emplace_back("x-request-id", id);
  return answer;
}

void Replies::count_refusal(const http::HttpRefusal& refusal, http::HttpAnswer& answer) {
  AccessRecord record{.peer = refusal.peer, .error = refusal.text, .status = refusal.status};
  if (refusal.status == 0) return log_.write(record);  // nobody was answered
  metrics_.http_answered("none", refusal.status);
  const http::HttpHead unknown;
  const http::HttpHead& head = refusal.head != nullptr ? *refusal.head : unknown;
  const std::string id = id_of(head);
  record.method = head.method;
  record.target = head.target;
  record.request_id = id;
  record.received_bytes = refusal.received_bytes;
  record.sent_bytes = answer.body_bytes();
  if (refusal.first_byte != Time()) record.duration = loop_.now() - refusal.first_byte;
  log_.write(record);
  answer.headers.emplace_back("x-request-id", id);
}

}  // namespace glowplug::front
