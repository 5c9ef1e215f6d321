#include "front/oip/json_document.h"

namespace glowplug::front::oip {
namespace {

namespace ondemand = simdjson::ondemand;

/// simdjson's own texts speak of its classes.
std::string_view text_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY:
      return "there is only white space";
    case simdjson::UTF8_ERROR:
      return "it is not UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "a string has no end";
    case simdjson::UNESCAPED_CHARS:
      return "a string holds a control character that is not escaped";
    case simdjson::STRING_ERROR:
      return "a string has an invalid escape";
    case simdjson::NUMBER_ERROR:
      return "a number was expected";
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR:
      return "true, false or null was expected";
    default:
      return "a comma, colon, bracket or key is missing or misplaced";
  }
}

constexpr std::size_t kMostKeptBytes = std::size_t{256} << 10;

/// A parser's buffers, 10 kB in five blocks, are kept for the next document of the thread.
std::unique_ptr<ondemand::parser>& kept_parser() {
  thread_local std::unique_ptr<ondemand::parser> kept;
  return kept;
}

}  // namespace

JsonDocument::JsonDocument(std::string_view json, std::size_t max_depth)
    : json_(json), max_depth_(max_depth), parser_(std::move(kept_parser())) {
  if (!parser_) parser_ = std::make_unique<ondemand::parser>();
}

JsonDocument::~JsonDocument() {
  if (parser_->capacity() <= kMostKeptBytes) kept_parser() = std::move(parser_);
}

Result<JsonDocument::Object> JsonDocument::open() {
  const simdjson::padded_string_view padded(json_.data(), json_.size(),
                                            json_.size() + simdjson::SIMDJSON_PADDING);
  if (json_.empty()) return invalid_argument("the request is empty, a JSON object was expected");
  if (const auto error = parser_->iterate(padded).get(document_))  // it has no place yet
    return invalid_argument(fmt::format("the request is not JSON: {}", text_of(error)));
  Object object;
  const auto error = document_.get_object().get(object);
  if (error == simdjson::INCORRECT_TYPE)
    return invalid_argument("the request must be a JSON object");
  if (error != simdjson::SUCCESS)
    return invalid_argument(
        "the request is not JSON: it does not end with the \"}\" of its object");
  return object;
}

Result<void> JsonDocument::close() {
  const char* rest = nullptr;  // out of bounds when all was read
  if (document_.current_location().get(rest) == simdjson::SUCCESS)
    return invalid_argument(fmt::format(
        "the request is not JSON: something follows its end at byte {}", rest - json_.data()));
  return {};
}

Error JsonDocument::broken(simdjson::error_code error) {
  const char* at = nullptr;
  if (document_.current_location().get(at) != simdjson::SUCCESS || at < json_.data() ||
      at > json_.data() + json_.size()) {
    return invalid_argument(fmt::format("the request is not JSON: {}", text_of(error)));
  }
  return invalid_argument(
      fmt::format("the request is not JSON: {} at byte {}", text_of(error), at - json_.data()));
}

Error JsonDocument::wrong(simdjson::error_code error, std::string text) {
  return error == simdjson::INCORRECT_TYPE || error == simdjson::NUMBER_OUT_OF_RANGE ||
                 error == simdjson::NUMBER_ERROR
             ? invalid_argument(std::move(text))
             : broken(error);
}

Error JsonDocument::unfit(simdjson::error_code error, std::string_view where, std::string_view key,
                          std::string_view expected) {
  return wrong(error, fmt::format("{}: \"{}\" must be {}", where, key, expected));
}

Result<void> JsonDocument::read_string(Value value, std::string_view where, std::string_view key,
                                       std::string& text) {
  std::string_view view;
  if (const auto error = value.get_string().get(view)) return unfit(error, where, key, "a string");
  text = view;
  return {};
}

Result<void> JsonDocument::check_ignored(Value value, std::size_t depth) {
  if (depth > max_depth_)
    return invalid_argument(
        fmt::format("the request is nested more than {} levels deep", max_depth_));
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  if (type == ondemand::json_type::object) return check_ignored_object(value, depth);
  if (type == ondemand::json_type::array) return check_ignored_array(value, depth);
  return check_ignored_scalar(value, type);
}

Result<void> JsonDocument::check_ignored_object(Value value, std::size_t depth) {
  Object object;
  if (const auto error = value.get_object().get(object)) return broken(error);
  for (auto entry : object) {
    ondemand::field field;
    if (const auto error = std::move(entry).get(field)) return broken(error);
    if (const auto error = field.unescaped_key().error()) return broken(error);
    GLOWPLUG_TRY(check_ignored(field.value(), depth + 1));
  }
  return {};
}

Result<void> JsonDocument::check_ignored_array(Value value, std::size_t depth) {
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return broken(error);
  for (auto element : array) {
    Value one;
    if (const auto error = std::move(element).get(one)) return broken(error);
    GLOWPLUG_TRY(check_ignored(one, depth + 1));
  }
  return {};
}

Result<void> JsonDocument::check_ignored_scalar(Value value, ondemand::json_type type) {
  simdjson::error_code error = simdjson::SUCCESS;
  if (type == ondemand::json_type::string) error = value.get_string().error();
  if (type == ondemand::json_type::boolean) error = value.get_bool().error();
  if (type == ondemand::json_type::number) error = value.get_double().error();
  if (type == ondemand::json_type::null) {
    bool null = false;
    error = value.is_null().get(null);
    if (error == simdjson::SUCCESS && !null) error = simdjson::N_ATOM_ERROR;
  }
  if (error != simdjson::SUCCESS) return broken(error);
  return {};
}

}  // namespace glowplug::front::oip
