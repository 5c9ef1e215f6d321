#pragma once
#include <optional>

#include "front/function_table.h"
#include "front/http/http_message.h"
#include "front/replies.h"
#include "front/routes.h"

namespace glowplug::front {

/// Decides at the end of a head, before the body is read, whether a request may go on. Refuses
/// unknown addresses, methods and functions, what is not offered, functions that cannot answer and
/// full queues. On the loop's thread.
class Admission {
 public:
  /// Both outlive *this.
  Admission(const FunctionTable& table, Replies& replies) : table_(table), replies_(replies) {}

  /// The refusal, counted and logged; nullopt if the request may go on.
  [[nodiscard]] std::optional<http::HttpAnswer> check(const http::HttpHead& head,
                                                      const http::HeadContext& context);

 private:
  [[nodiscard]] std::optional<http::HttpAnswer> check_function(const AtHead& at,
                                                               const Route& route);
  [[nodiscard]] bool takes_body(const AtHead& at, const Route& route) const;
  http::HttpAnswer refuse(const AtHead& at, const Route& route, const Error& error);
  http::HttpAnswer refuse_method(const AtHead& at, const Route& route);
  http::HttpAnswer refuse_type(const AtHead& at, const Route& route);

  const FunctionTable& table_;
  Replies& replies_;
};

}  // namespace glowplug::front
