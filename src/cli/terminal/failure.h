#pragma once
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/terminal/exit_code.h"

namespace glowplug::cli {

/// An Error as a person meets it: what, where, why, what to do, where to read; and how the program
/// ends.
struct Failure {
  Error error;
  std::string where;              ///< "glowplug.yaml:14:3" or "--timeout"; may be empty
  std::string excerpt;            ///< lines of the source with the place marked; may be empty
  std::string page;               ///< of the documentation, "docs/cli/serve.md"; may be empty
  std::vector<std::string> next;  ///< commands that help
  int exit_code = kFailed;

  Failure(Error from) : error(std::move(from)) {}  // NOLINT(google-explicit-constructor)
  Failure(Error from, std::string place, int code = kFailed)
      : error(std::move(from)), where(std::move(place)), exit_code(code) {}
};

/// Wrong usage: exit code 64.
[[nodiscard]] Failure usage_failure(std::string message, std::string fix = {},
                                    std::string where = {});

/// {"code","message","where","fix","next"}, as every failure under --json has it.
[[nodiscard]] Json to_json(const Failure& failure);

/// A value or a Failure. Errors become Failures by themselves, so GLOWPLUG_TRY and
/// GLOWPLUG_ASSIGN work with Results and Attempts alike.
template <class T>
class [[nodiscard]] Attempt {
 public:
  using value_type = T;
  Attempt(T value) : state_(std::in_place_index<0>, std::move(value)) {}            // NOLINT
  Attempt(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT
  Attempt(Error error) : Attempt(Failure(std::move(error))) {}                      // NOLINT

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
  [[nodiscard]] Failure& error() & {
    GLOWPLUG_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] const Failure& error() const& {
    GLOWPLUG_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Failure&& error() && { return std::move(error()); }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace glowplug::cli
