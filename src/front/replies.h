#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/loop.h"
#include "base/result.h"
#include "front/access_log.h"
#include "front/http/http_server.h"
#include "front/request_ids.h"
#include "front/routes.h"
#include "front/served_function.h"
#include "observe/metrics.h"

namespace glowplug::front {

/// A request from its last byte to its answer.
struct OpenRequest {
  http::HttpHead head;
  Route route;
  std::string id;
  std::string peer;
  std::size_t received_bytes = 0;
  Time arrival;
  std::shared_ptr<http::Exchange> exchange;
};

/// What an inference adds to the log and to the metrics of its function.
struct InferenceFacts {
  ServedFunction* served = nullptr;
  const PhaseTiming* timing = nullptr;  ///< null: it failed
  std::int64_t rows = 0;
  std::int64_t batch_rows = 0;
};

/// {"error": text} for an error, with Retry-After where it may pass. What went wrong inside is not
/// told to clients: they get the id by which the log has it.
[[nodiscard]] http::HttpAnswer answer_of(const Error& error, std::string_view request_id);
[[nodiscard]] http::HttpAnswer json_answer(std::string body);

/// A request of which only the head has come.
struct AtHead {
  const http::HttpHead& head;
  const http::HeadContext& context;
};

/// The way out of every request: id header, counters, access log. On the loop's thread.
class Replies {
 public:
  /// All outlive *this.
  Replies(Loop& loop, observe::Metrics& metrics, AccessLog& log)
      : loop_(loop), metrics_(metrics), log_(log) {}

  [[nodiscard]] std::string id_of(const http::HttpHead& head) { return ids_.of(head); }
  /// Sends an answer that is no error.
  void send(OpenRequest& request, http::HttpAnswer answer, const InferenceFacts& facts = {});
  void send_error(OpenRequest& request, const Error& error, const InferenceFacts& facts = {});
  /// An error that HTTP has a status of its own for; `answer` says it.
  void send_refusal(OpenRequest& request, http::HttpAnswer answer, std::string_view error,
                    const InferenceFacts& facts = {});
  /// Counts a request whose client left before its answer: 499 in logs and metrics.
  void cancelled(OpenRequest& request, const InferenceFacts& facts);
  /// Finishes an answer that is given at the end of a head, where there is no request yet.
  [[nodiscard]] http::HttpAnswer at_head(const AtHead& at, std::string_view route,
                                         std::string_view function, http::HttpAnswer answer,
                                         std::string_view id, std::string_view error);
  /// Counts and logs what the server answered by itself, and puts the request's id into the answer.
  void count_refusal(const http::HttpRefusal& refusal, http::HttpAnswer& answer);

 private:
  void count(const OpenRequest& request, int status, std::size_t sent_bytes,
             const InferenceFacts& facts, const Error* error, std::string_view text);

  Loop& loop_;
  observe::Metrics& metrics_;
  AccessLog& log_;
  RequestIds ids_;
};

}  // namespace glowplug::front
