#include "handler/envelope.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/utf8.h"
#include "handler/media_type.h"

namespace glowplug::handler {
namespace {

constexpr int kFirstError = 400;

constexpr std::array<std::pair<std::string_view, EnvelopeKind>, 8> kNames{{
    {"lambda", EnvelopeKind::lambda},
    {"apigw-v1", EnvelopeKind::apigw_v1},
    {"apigw-v2", EnvelopeKind::apigw_v2},
    {"alb", EnvelopeKind::alb},
    {"function-url", EnvelopeKind::function_url},
    {"sqs", EnvelopeKind::sqs},
    {"s3", EnvelopeKind::s3},
    {"cloudevents", EnvelopeKind::cloudevents},
}};

const Json& member(const Json& object, const char* key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Of "headers", or the last of "multiValueHeaders", whatever the case of the name.
std::string header(const Json& payload, std::string_view name) {
  const auto is_it = [&](std::string_view key) {
    return std::ranges::equal(key, name, [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? char(a + ('a' - 'A')) : a) == b;
    });
  };
  for (const char* const map : {"headers", "multiValueHeaders"}) {
    const Json& headers = member(payload, map);
    if (!headers.is_object()) continue;
    for (const auto& [key, value] : headers.items()) {
      if (!is_it(key)) continue;
      return value.is_array() && !value.empty() ? text(value.back()) : text(value);
    }
  }
  return {};
}

Result<std::string> body_in(const Json& payload, const char* key, bool base64) {
  const Json& body = member(payload, key);
  if (body.is_null()) return std::string();
  if (!body.is_string()) return invalid_argument(fmt::format("\"{}\" must be a string", key));
  if (!base64) return text(body);
  auto bytes = from_base64(body.get_ref<const std::string&>());
  if (!bytes) return std::move(bytes).error().in(fmt::format("\"{}\"", key));
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

Result<Enveloped> http_event(const Json& payload) {
  if (!payload.is_object() || !payload.contains("requestContext"))
    return invalid_argument("the event has no \"requestContext\"; is it of another kind?");
  Enveloped event;
  event.content_type = header(payload, "content-type");
  event.accept = header(payload, "accept");
  event.id = text(member(member(payload, "requestContext"), "requestId"));
  GLOWPLUG_ASSIGN(event.body, body_in(payload, "body", member(payload, "isBase64Encoded") == true));
  return event;
}

Enveloped direct_event(const Json& payload) {
  Enveloped event;
  event.content_type = "application/json";
  event.body = dumped(payload);
  return event;
}

/// JSON where the message looks like it, else text.
std::string message_type(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
  return json ? "application/json" : "text/plain; charset=utf-8";
}

Result<std::vector<Enveloped>> messages_in(const Json& payload) {
  const Json& records = member(payload, "Records");
  if (!records.is_array() || records.empty())
    return invalid_argument("the event has no list \"Records\"");
  std::vector<Enveloped> events;
  for (const Json& record : records) {
    Enveloped event;
    event.id = text(member(record, "messageId"));
    if (event.id.empty()) return invalid_argument("a record has no \"messageId\"");
    const Json& type =
        member(member(member(record, "messageAttributes"), "content-type"), "stringValue");
    GLOWPLUG_ASSIGN(event.body, body_in(record, "body", false));
    event.content_type = type.is_string() ? text(type) : message_type(event.body);
    events.push_back(std::move(event));
  }
  return events;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Keys come as forms encode them: a space is "+".
std::string form_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

Result<std::vector<Enveloped>> objects_in(const Json& payload) {
  const Json& records = member(payload, "Records");
  if (!records.is_array() || records.empty())
    return invalid_argument("the event has no list \"Records\"");
  std::vector<Enveloped> events;
  for (const Json& record : records) {
    Enveloped event;
    GLOWPLUG_ASSIGN(event.object, s3_object(record));
    events.push_back(std::move(event));
  }
  return events;
}

/// Of an event of Google's storage: the object that was made; empty for all others.
Result<std::string> google_object(const Json& payload) {
  constexpr std::string_view kStorage = "google.cloud.storage.object.v1.";
  const std::string type = text(payload["type"]);
  if (!type.starts_with(kStorage)) return std::string();
  if (type != "google.cloud.storage.object.v1.finalized")
    return invalid_argument(
        fmt::format("the event is \"{}\"; of Google's storage, only \"finalized\" "
                    "names an input",
                    type));
  const Json& data = member(payload, "data");
  const std::string bucket = text(member(data, "bucket"));
  const std::string name = text(member(data, "name"));
  if (bucket.empty() || name.empty())
    return invalid_argument("the event names no data.bucket and data.name");
  return fmt::format("gs://{}/{}", bucket, name);
}

Result<Enveloped> cloud_event(const Json& payload) {
  for (const char* const needed : {"id", "source", "type", "specversion"}) {
    if (text(member(payload, needed)).empty())
      return invalid_argument(fmt::format("the CloudEvent has no \"{}\"", needed));
  }
  if (payload["specversion"] != "1.0")
    return invalid_argument("the CloudEvent is of another version than 1.0");
  Enveloped event;
  event.id = text(payload["id"]);
  event.content_type = text(member(payload, "datacontenttype"));
  if (payload.contains("data") && payload.contains("data_base64"))
    return invalid_argument("the CloudEvent has both \"data\" and \"data_base64\"");
  if (payload.contains("data_base64")) {
    GLOWPLUG_ASSIGN(event.body, body_in(payload, "data_base64", true));
    return event;
  }
  GLOWPLUG_ASSIGN(event.object, google_object(payload));
  if (!event.object.empty()) return event;
  const bool json = event.content_type.empty() || is_json(media_type(event.content_type));
  if (event.content_type.empty()) event.content_type = "application/json";
  const Json& data = member(payload, "data");
  event.body = json || !data.is_string() ? dumped(data) : text(data);
  return event;
}

bool is_text(const EventAnswer& answer) { return is_utf8(answer.body); }

}  // namespace

Result<std::string> s3_object(const Json& record) {
  const std::string event = text(member(record, "eventName"));
  if (!event.empty() && event.find("ObjectCreated:") == std::string::npos)
    return invalid_argument(
        fmt::format("the event is \"{}\"; only ObjectCreated names an input", event));
  const Json& s3 = member(record, "s3");
  const std::string bucket = text(member(member(s3, "bucket"), "name"));
  const std::string key = form_decoded(text(member(member(s3, "object"), "key")));
  if (bucket.empty() || key.empty())
    return invalid_argument("a record names no s3.bucket.name and s3.object.key");
  return fmt::format("s3://{}/{}", bucket, key);
}

std::optional<EnvelopeKind> envelope_named(std::string_view name) {
  for (const auto& [known, kind] : kNames)
    if (known == name) return kind;
  return std::nullopt;
}

std::vector<std::string_view> envelope_names() {
  std::vector<std::string_view> names;
  names.reserve(kNames.size());
  for (const auto& row : kNames) names.push_back(row.first);
  return names;
}

EnvelopeKind envelope_of(const Json& payload) {
  if (!payload.is_object()) return EnvelopeKind::lambda;
  const Json& context = member(payload, "requestContext");
  if (member(payload, "version") == "2.0" && context.contains("http")) {
    const bool url = text(member(context, "domainName")).find(".lambda-url.") != std::string::npos;
    return url ? EnvelopeKind::function_url : EnvelopeKind::apigw_v2;
  }
  if (context.is_object() && context.contains("elb")) return EnvelopeKind::alb;
  if (payload.contains("httpMethod") && payload.contains("resource")) return EnvelopeKind::apigw_v1;
  if (payload.contains("specversion") && payload.contains("source"))
    return EnvelopeKind::cloudevents;
  const Json& records = member(payload, "Records");
  if (records.is_array() && !records.empty()) {
    const std::string source = text(member(records[0], "eventSource"));
    if (source == "aws:sqs") return EnvelopeKind::sqs;
    if (source == "aws:s3" || source == "minio:s3") return EnvelopeKind::s3;
  }
  return EnvelopeKind::lambda;
}

Result<Envelope> Envelope::open(EnvelopeKind kind, const Json& payload) {
  Envelope envelope(kind, payload);
  switch (kind) {
    case EnvelopeKind::plain:
    case EnvelopeKind::lambda:
      envelope.events_.push_back(direct_event(payload));
      break;
    case EnvelopeKind::sqs: {
      GLOWPLUG_ASSIGN(envelope.events_, messages_in(payload));
      break;
    }
    case EnvelopeKind::s3: {
      GLOWPLUG_ASSIGN(envelope.events_, objects_in(payload));
      break;
    }
    case EnvelopeKind::cloudevents: {
      GLOWPLUG_ASSIGN(Enveloped event, cloud_event(payload));
      envelope.events_.push_back(std::move(event));
      break;
    }
    default: {
      GLOWPLUG_ASSIGN(Enveloped event, http_event(payload));
      envelope.events_.push_back(std::move(event));
    }
  }
  return envelope;
}

Json Envelope::close_http(const EventAnswer& answer) const {
  Json closed = {{"statusCode", answer.status}, {"isBase64Encoded", !is_text(answer)}};
  closed["body"] = is_text(answer) ? answer.body : to_base64(std::as_bytes(std::span(answer.body)));
  const bool many = kind_ == EnvelopeKind::alb && payload_.contains("multiValueHeaders");
  if (many)
    closed["multiValueHeaders"] = {{"content-type", {answer.content_type}}};
  else
    closed["headers"] = {{"content-type", answer.content_type}};
  if (kind_ == EnvelopeKind::alb)
    closed["statusDescription"] =
        fmt::format("{} {}", answer.status, answer.status < kFirstError ? "OK" : "Error");
  return closed;
}

/// A FIFO queue gives messages in order: behind a failed one none may count as done.
Json Envelope::close_messages(std::span<const EventAnswer> answers) const {
  constexpr std::string_view kFifo = ".fifo";
  const bool fifo = text(member(payload_["Records"][0], "eventSourceARN")).ends_with(kFifo);
  Json failures = Json::array();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].status >= kFirstError || (fifo && !failures.empty()))
      failures.push_back({{"itemIdentifier", events_[i].id}});
  }
  return {{"batchItemFailures", std::move(failures)}};
}

Json Envelope::close_cloud_event(const EventAnswer& answer) const {
  Json closed = {{"specversion", "1.0"},
                 {"id", events_[0].id + "-answer"},
                 {"source", "glowplug"},
                 {"type", answer.status < kFirstError ? "glowplug.prediction" : "glowplug.error"},
                 {"datacontenttype", answer.content_type}};
  const auto json =
      is_json(media_type(answer.content_type)) ? parse_json(answer.body) : Result<Json>(Json());
  if (json && !json->is_null())
    closed["data"] = *json;
  else if (is_text(answer))
    closed["data"] = answer.body;
  else
    closed["data_base64"] = to_base64(std::as_bytes(std::span(answer.body)));
  return closed;
}

Json Envelope::close(std::span<const EventAnswer> answers) const {
  switch (kind_) {
    case EnvelopeKind::sqs:
      return close_messages(answers);
    case EnvelopeKind::cloudevents:
      return close_cloud_event(answers[0]);
    case EnvelopeKind::plain:
    case EnvelopeKind::lambda:
    case EnvelopeKind::s3: {
      Json closed = Json::array();
      for (const EventAnswer& answer : answers) {
        const auto json = parse_json(answer.body);
        closed.push_back(json ? *json : Json(answer.body));
      }
      return kind_ == EnvelopeKind::s3 ? closed : closed[0];
    }
    default:
      return close_http(answers[0]);
  }
}

}  // namespace glowplug::handler
