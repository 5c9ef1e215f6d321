#pragma once
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace glowplug::front::oip {

/// A JSON object read once, from front to back, by simdjson's on-demand parser; failures become
/// errors with the byte where they were met. What the parser would skip unseen is checked by
/// `check_ignored`. Included by sources only.
class JsonDocument {
 public:
  using Object = simdjson::ondemand::object;
  using Value = simdjson::ondemand::value;

  /// `json` is followed by 64 readable bytes, whatever they hold, and outlives the object.
  JsonDocument(std::string_view json, std::size_t max_depth);
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  ~JsonDocument();

  [[nodiscard]] std::string_view text() const { return json_; }
  /// The object that the text is. Errors: invalid_argument.
  [[nodiscard]] Result<Object> open();
  /// To be called when the object has been read. Errors: invalid_argument (something follows).
  [[nodiscard]] Result<void> close();

  /// The error for JSON that is broken where the parser stands.
  [[nodiscard]] Error broken(simdjson::error_code error);
  /// The same, or `text` if the JSON is sound but the value is of the wrong kind.
  [[nodiscard]] Error wrong(simdjson::error_code error, std::string text);

  /// The same with a text like `inputs[0]: "shape" must be an array`.
  [[nodiscard]] Error unfit(simdjson::error_code error, std::string_view where,
                            std::string_view key, std::string_view expected);

  /// Calls `visit(key, value)` for each field. Errors: those of `visit`; invalid_argument (broken
  /// JSON; a key that stands twice; more than 64 keys).
  template <class Visit>
  [[nodiscard]] Result<void> each_field(Object object, std::string_view where, Visit visit);
  /// `where` and `key` name the value in the error text. Errors: invalid_argument (no string).
  [[nodiscard]] Result<void> read_string(Value value, std::string_view where, std::string_view key,
                                         std::string& text);
  /// Whether a value without a meaning is JSON all the same, `depth` levels down. Errors:
  /// invalid_argument.
  [[nodiscard]] Result<void> check_ignored(Value value, std::size_t depth);

 private:
  [[nodiscard]] Result<void> check_ignored_object(Value value, std::size_t depth);
  [[nodiscard]] Result<void> check_ignored_array(Value value, std::size_t depth);
  [[nodiscard]] Result<void> check_ignored_scalar(Value value, simdjson::ondemand::json_type type);

  static constexpr std::size_t kMostKeys = 64;
  std::string_view json_;
  std::size_t max_depth_;
  std::unique_ptr<simdjson::ondemand::parser> parser_;
  simdjson::ondemand::document document_;
};

template <class Visit>
Result<void> JsonDocument::each_field(Object object, std::string_view where, Visit visit) {
  std::array<std::string_view, kMostKeys> seen;  // into the parser's own buffer
  std::size_t count = 0;
  for (auto entry : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(entry).get(field)) return broken(error);
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return broken(error);
    const bool twice = std::find(seen.data(), seen.data() + count, key) != seen.data() + count;
    if (twice || count == kMostKeys) {
      return Error{Code::invalid_argument,
                   twice ? fmt::format("{} has \"{}\" twice", where, key)
                         : fmt::format("{} has more than {} keys", where, kMostKeys),
                   {}};
    }
    seen.at(count++) = key;
    GLOWPLUG_TRY(visit(key, field.value()));
  }
  return {};
}

}  // namespace glowplug::front::oip
