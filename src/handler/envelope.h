#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/event.h"

namespace glowplug::handler {

/// What platforms wrap events in. Sources of the forms: AWS Lambda's developer guide and the
/// aws-lambda-go event types; CloudEvents 1.0, JSON format.
enum class EnvelopeKind {
  plain,         ///< none: the body is the event
  lambda,        ///< a direct invocation: the JSON payload is the body
  apigw_v1,      ///< API Gateway REST proxy event
  apigw_v2,      ///< API Gateway HTTP API, payload 2.0
  alb,           ///< Application Load Balancer
  function_url,  ///< Lambda Function URL, as apigw_v2
  sqs,           ///< a batch of messages
  s3,            ///< object-storage notifications, which name their inputs
  cloudevents,   ///< structured mode
};

/// "apigw-v2" …; nothing for other names.
[[nodiscard]] std::optional<EnvelopeKind> envelope_named(std::string_view name);
[[nodiscard]] std::vector<std::string_view> envelope_names();
/// The kind that a JSON payload is of, by its keys; lambda for all else.
[[nodiscard]] EnvelopeKind envelope_of(const Json& payload);

/// One event out of an envelope.
struct Enveloped {
  std::string content_type;
  std::string body;    ///< decoded where the envelope holds base64
  std::string accept;  ///< the caller's Accept header; may be empty
  std::string id;      ///< message or event id; may be empty
  /// The object that is the input, "s3://bucket/key" or "gs://bucket/key"; else empty, and `body`
  /// is.
  std::string object;
};

/// "s3://bucket/key" of one of the "Records" of S3, or of a server that speaks as it. Errors:
/// invalid_argument (another event than ObjectCreated; no bucket, no key).
[[nodiscard]] Result<std::string> s3_object(const Json& record);

/// Takes events out of an envelope and puts their answers back in the matching form.
class Envelope {
 public:
  /// Errors: invalid_argument naming the key (not an event of that kind, broken base64).
  [[nodiscard]] static Result<Envelope> open(EnvelopeKind kind, const Json& payload);

  [[nodiscard]] const std::vector<Enveloped>& events() const { return events_; }
  /// What the platform is given. `answers`: one for each of events(). SQS:
  /// {"batchItemFailures": […]} with the messages whose answer is an error (for a FIFO queue all
  /// behind the first one too); CloudEvents: an event of type "glowplug.prediction".
  [[nodiscard]] Json close(std::span<const EventAnswer> answers) const;

 private:
  Envelope(EnvelopeKind kind, Json payload) : kind_(kind), payload_(std::move(payload)) {}
  [[nodiscard]] Json close_http(const EventAnswer& answer) const;
  [[nodiscard]] Json close_messages(std::span<const EventAnswer> answers) const;
  [[nodiscard]] Json close_cloud_event(const EventAnswer& answer) const;

  EnvelopeKind kind_;
  Json payload_;
  std::vector<Enveloped> events_;
};

}  // namespace glowplug::handler
