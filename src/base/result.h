#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace glowplug {

/// What went wrong, chosen by what the caller can do about it. `base/code_table.h` maps each to
/// HTTP, gRPC and exit codes.
enum class Code {
  invalid_argument,
  unauthenticated,
  permission_denied,
  not_found,
  already_exists,
  failed_precondition,
  too_large,
  exhausted,
  cancelled,
  internal,
  unimplemented,
  instance_lost,
  unavailable,
  deadline_exceeded,
};

/// A failure with its text. Context is added on the way up: `return std::move(e).in("open store")`.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string fix;  ///< what to do next, a command where there is one; may be empty

  /// The same error with "context: " before its text.
  [[nodiscard]] Error in(std::string_view context) && {
    message.insert(0, ": ").insert(0, context);
    return std::move(*this);
  }
  [[nodiscard]] Error with_fix(std::string text) && {
    fix = std::move(text);
    return std::move(*this);
  }
};

/// The commonest one: what was given is wrong.
[[nodiscard]] inline Error invalid_argument(std::string message) {
  return Error{Code::invalid_argument, std::move(message), {}};
}

/// A value or an Error; member names as std::expected has them, so that callers stay when it is
/// replaced by it.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(value()); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] T& value() & {
    GLOWPLUG_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    GLOWPLUG_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] Error& error() & {
    GLOWPLUG_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] const Error& error() const& {
    GLOWPLUG_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && { return std::move(error()); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] Error& error() & {
    GLOWPLUG_CHECK(error_.has_value());
    return *error_;
  }
  [[nodiscard]] const Error& error() const& {
    GLOWPLUG_CHECK(error_.has_value());
    return *error_;
  }
  [[nodiscard]] Error&& error() && { return std::move(error()); }

 private:
  std::optional<Error> error_;
};

}  // namespace glowplug

/// Leaves the function with the error of `expression`, a Result, if it has one.
#define GLOWPLUG_TRY(expression)                                 \
  do {                                                           \
    auto glowplug_try_ = (expression);                           \
    if (!glowplug_try_) return std::move(glowplug_try_).error(); \
  } while (false)

#define GLOWPLUG_CONCAT_(a, b) a##b
#define GLOWPLUG_CONCAT(a, b) GLOWPLUG_CONCAT_(a, b)
/// `GLOWPLUG_ASSIGN(auto file, read_file(path));` declares `file` as the value, or leaves with the
/// error.
#define GLOWPLUG_ASSIGN(declaration, expression) \
  GLOWPLUG_ASSIGN_(GLOWPLUG_CONCAT(glowplug_result_, __LINE__), declaration, expression)
// A declaration cannot stand in parentheses. NOLINTBEGIN(bugprone-macro-parentheses)
#define GLOWPLUG_ASSIGN_(temporary, declaration, expression) \
  auto temporary = (expression);                             \
  if (!temporary) return std::move(temporary).error();       \
  declaration = *std::move(temporary)
// NOLINTEND(bugprone-macro-parentheses)
