#include "front/admission.h"

#include <fmt/format.h>

#include <utility>

#include "base/code_table.h"

namespace glowplug::front {
namespace {

/// Bodies of requests that carry no tensors: parameters of repository calls.
constexpr std::uint64_t kMostOtherBytes = std::uint64_t{1} << 20;
constexpr int kMethodNotAllowed = 405;
constexpr int kUnsupportedMediaType = 415;

bool has_type(std::string_view content_type, std::string_view type) {
  return http::equal_ignoring_case(content_type.substr(0, content_type.find(';')), type);
}

/// curl -d and others name a form or nothing in particular; what is clearly not JSON is refused.
bool takes_records(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  for (const std::string_view fits :
       {"", "application/json", "text/json", "text/plain", "application/octet-stream",
        "application/x-www-form-urlencoded"}) {
    if (http::equal_ignoring_case(type, fits)) return true;
  }
  return type.ends_with("+json");
}

bool allows(const Route& route, std::string_view method) {
  std::string_view rest = route.methods;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (rest.substr(0, comma) == method) return true;
    rest.remove_prefix(std::min(comma + 2, rest.size()));
  }
  return false;
}

}  // namespace

std::optional<http::HttpAnswer> Admission::check(const http::HttpHead& head,
                                                 const http::HeadContext& context) {
  const AtHead at{head, context};
  const auto route = find_route(head.path);
  if (!route) {
    const std::string id = replies_.id_of(head);
    return replies_.at_head(at, "none", {}, answer_of(route.error(), id), id,
                            route.error().message);
  }
  if (!allows(*route, head.method)) return refuse_method(at, *route);
  switch (route->kind) {
    case RouteKind::not_offered:
      return refuse(
          at, *route,
          {Code::unimplemented, fmt::format("{} is not offered here", route->feature), {}});
    case RouteKind::infer:
      return check_function(at, *route);
    case RouteKind::predict:
      if (!takes_body(at, *route)) return refuse_type(at, *route);
      return check_function(at, *route);
    default:
      if (context.announced_bytes > kMostOtherBytes)
        return refuse(at, *route,
                      {Code::too_large,
                       fmt::format("a body of {} bytes is announced; {} at most are read here",
                                   context.announced_bytes, kMostOtherBytes),
                       {}});
      return std::nullopt;
  }
}

/// A handler looks at the type itself. What is not served is refused later.
bool Admission::takes_body(const AtHead& at, const Route& route) const {
  const std::string_view type = at.head.header("Content-Type").value_or("");
  const auto served = table_.find(route.function, route.version);
  if (served && (*served)->about.table == nullptr) return true;
  return takes_records(type) || has_type(type, "text/csv");
}

std::optional<http::HttpAnswer> Admission::check_function(const AtHead& at, const Route& route) {
  const auto served = table_.find(route.function, route.version);
  if (!served) return refuse(at, route, served.error());
  const auto admitted = (*served)->queue.admit();
  if (admitted) return std::nullopt;
  const Code code = admitted.error().code;
  (*served)->metrics->answered(http_status_of(code), code, Duration(0));
  return refuse(at, route, admitted.error());
}

http::HttpAnswer Admission::refuse(const AtHead& at, const Route& route, const Error& error) {
  const std::string id = replies_.id_of(at.head);
  return replies_.at_head(at, name_of(route.kind), route.function, answer_of(error, id), id,
                          error.message);
}

http::HttpAnswer Admission::refuse_method(const AtHead& at, const Route& route) {
  const std::string text =
      fmt::format("{} is not allowed here, only {}", at.head.method, route.methods);
  auto answer = http::error_answer(kMethodNotAllowed, text);
  answer.headers.emplace_back("Allow", route.methods);
  return replies_.at_head(at, name_of(route.kind), route.function, std::move(answer),
                          replies_.id_of(at.head), text);
}

http::HttpAnswer Admission::refuse_type(const AtHead& at, const Route& route) {
  const std::string text =
      fmt::format("Content-Type is {}, application/json or text/csv was expected",
                  at.head.header("Content-Type").value_or(""));
  return replies_.at_head(at, name_of(route.kind), route.function,
                          http::error_answer(kUnsupportedMediaType, text), replies_.id_of(at.head),
                          text);
}

}  // namespace glowplug::front
