#include "front/oip/json_elements.h"

#include <fmt/format.h>

#include <cstring>

#include "front/oip/json_number.h"
#include "front/oip/json_string.h"

namespace glowplug::front::oip {
namespace {

/// The token at the front of `text`, for an error text.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  if (text.empty()) return "missing";
  if (text[0] == '{') return "an object";
  std::size_t end = 1;
  if (text[0] == '"') {
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    ++end;
  } else {
    while (end < text.size() && !ends_element(text[end]) && text[end] != '}') ++end;
  }
  if (end <= kMost) return std::string(text.substr(0, end));
  std::size_t cut = kMost;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return std::string(text.substr(0, cut)) + "...";
}

/// What error texts say of one kind of element.
struct ElementKind {
  std::string_view expected;         ///< "a number"
  std::string (*range)() = nullptr;  ///< "0 to 255"
  Datatype datatype = Datatype::fp32;
};

Error refuse_kind(std::size_t index, std::string_view text, const ElementKind& kind) {
  if (text.starts_with(',') || text.starts_with(']'))
    return invalid_argument(
        fmt::format("element {} is missing, {} was expected", index, kind.expected));
  if (text.starts_with('"') && kind.expected == "a string")
    return invalid_argument(
        fmt::format("element {} is {}, which is not a valid JSON string", index, shown(text)));
  return invalid_argument(
      fmt::format("element {} is {}, {} was expected", index, shown(text), kind.expected));
}

/// Walks the elements of nested arrays. `take` reads one off the cursor.
template <class Take>
class ElementWalk {
 public:
  ElementWalk(std::string_view text, std::size_t max_depth, ElementKind kind, Take take)
      : cursor_{text.data(), text.data() + text.size()},
        max_depth_(max_depth),
        kind_(kind),
        take_(std::move(take)) {}

  /// How many elements there were.
  Result<std::size_t> run() {
    if (cursor_.peek() != '[')
      return invalid_argument(fmt::format("\"data\" is {}, an array was expected", shown(rest())));
    do {
      cursor_.skip_space();
      if (cursor_.peek() == '[') {
        GLOWPLUG_TRY(open());
        if (cursor_.peek() != ']') continue;
      } else {
        GLOWPLUG_TRY(element());
      }
      GLOWPLUG_TRY(close());
    } while (depth_ > 0);
    return count_;
  }

 private:
  [[nodiscard]] std::string_view rest() const {
    return {cursor_.at, static_cast<std::size_t>(cursor_.end - cursor_.at)};
  }

  Result<void> open() {
    if (++depth_ > max_depth_)
      return invalid_argument(
          fmt::format("\"data\" is nested more than {} levels deep", max_depth_));
    ++cursor_.at;
    cursor_.skip_space();
    return {};
  }

  Result<void> element() {
    const char* const start = cursor_.at;
    const ElementFault fault = take_(cursor_, count_);
    if (fault == ElementFault::none && ends_element(cursor_.peek())) {
      ++count_;
      return {};
    }
    cursor_.at = start;
    if (fault == ElementFault::out_of_range)
      return invalid_argument(fmt::format("element {} is {}, beyond the range of {} ({})", count_,
                                          shown(rest()), name_of(kind_.datatype), kind_.range()));
    return refuse_kind(count_, rest(), kind_);
  }

  /// Takes the brackets that close behind an element, and the comma before the next one.
  Result<void> close() {
    for (;;) {
      cursor_.skip_space();
      const char next = cursor_.peek();
      if (next != ']' && next != ',')
        return invalid_argument(
            fmt::format("element {} is followed by {}, \",\" or \"]\" was expected",
                        count_ == 0 ? 0 : count_ - 1, shown(rest())));
      ++cursor_.at;
      if (next == ',' || --depth_ == 0) return {};
    }
  }

  TextCursor cursor_;
  std::size_t max_depth_;
  ElementKind kind_;
  Take take_;
  std::size_t depth_ = 0;
  std::size_t count_ = 0;
};

Result<void> check_count(std::size_t found, std::size_t expected) {
  if (found == expected) return {};
  return invalid_argument(fmt::format("\"data\" has {} element{}, the shape needs {}", found,
                                      found == 1 ? "" : "s", expected));
}

/// Elements of one size, written in place.
template <class Element, class Take>
Result<std::vector<std::byte>> read_fixed(std::string_view text, std::size_t count,
                                          std::size_t max_depth, ElementKind kind, Take take) {
  // Each element takes two characters with its comma: a shape that lies costs no memory.
  const std::size_t room = std::min(count, text.size() / 2 + 1);
  std::vector<std::byte> bytes(room * sizeof(Element));
  std::byte* const out = bytes.data();
  ElementWalk walk(text, max_depth, kind,
                   [&take, out, room](TextCursor& cursor, std::size_t index) {
                     Element element{};
                     const ElementFault fault = take(cursor, element);
                     if (index < room)
                       std::memcpy(out + index * sizeof element, &element, sizeof element);
                     return fault;
                   });
  GLOWPLUG_ASSIGN(const std::size_t found, walk.run());
  GLOWPLUG_TRY(check_count(found, count));
  return bytes;
}

template <class Number>
std::string range_of() {
  using Limits = std::numeric_limits<Number>;
  return fmt::format("{} to {}", Limits::lowest(), Limits::max());
}

template <class Integer>
Result<std::vector<std::byte>> read_integers(std::string_view text, Datatype datatype,
                                             std::size_t count, std::size_t max_depth) {
  return read_fixed<Integer>(
      text, count, max_depth, {"an integer", range_of<Integer>, datatype},
      [](TextCursor& cursor, Integer& value) { return take_integer(cursor, value); });
}

template <class Float>
Result<std::vector<std::byte>> read_floats(std::string_view text, Datatype datatype,
                                           std::size_t count, std::size_t max_depth) {
  return read_fixed<Float>(
      text, count, max_depth, {"a number", range_of<Float>, datatype},
      [](TextCursor& cursor, Float& value) { return take_float(cursor, value); });
}

Result<std::vector<std::byte>> read_bools(std::string_view text, std::size_t count,
                                          std::size_t max_depth) {
  return read_fixed<std::uint8_t>(
      text, count, max_depth, {"true or false"}, [](TextCursor& cursor, std::uint8_t& value) {
        value = cursor.peek() == 't' ? 1 : 0;
        return cursor.take(value == 1 ? "true" : "false") ? ElementFault::none
                                                          : ElementFault::wrong_kind;
      });
}

Result<std::vector<std::byte>> read_strings(std::string_view text, std::size_t count,
                                            std::size_t max_depth) {
  std::vector<std::byte> bytes;
  ElementWalk walk(
      text, max_depth, {"a string"}, [&bytes](TextCursor& cursor, std::size_t /*index*/) {
        return take_string(cursor, bytes) ? ElementFault::none : ElementFault::wrong_kind;
      });
  GLOWPLUG_ASSIGN(const std::size_t found, walk.run());
  GLOWPLUG_TRY(check_count(found, count));
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> read_json_elements(std::string_view text, Datatype datatype,
                                                  std::size_t count, std::size_t max_depth) {
  switch (datatype) {
    case Datatype::bool_:
      return read_bools(text, count, max_depth);
    case Datatype::uint8:
      return read_integers<std::uint8_t>(text, datatype, count, max_depth);
    case Datatype::uint16:
      return read_integers<std::uint16_t>(text, datatype, count, max_depth);
    case Datatype::uint32:
      return read_integers<std::uint32_t>(text, datatype, count, max_depth);
    case Datatype::uint64:
      return read_integers<std::uint64_t>(text, datatype, count, max_depth);
    case Datatype::int8:
      return read_integers<std::int8_t>(text, datatype, count, max_depth);
    case Datatype::int16:
      return read_integers<std::int16_t>(text, datatype, count, max_depth);
    case Datatype::int32:
      return read_integers<std::int32_t>(text, datatype, count, max_depth);
    case Datatype::int64:
      return read_integers<std::int64_t>(text, datatype, count, max_depth);
    case Datatype::fp32:
      return read_floats<float>(text, datatype, count, max_depth);
    case Datatype::fp64:
      return read_floats<double>(text, datatype, count, max_depth);
    case Datatype::bytes:
      return read_strings(text, count, max_depth);
    case Datatype::fp16:
    case Datatype::bf16:
      break;
  }
  return invalid_argument(fmt::format(
      "{} has no JSON form; send it as binary data (\"binary_data_size\")", name_of(datatype)));
}

}  // namespace glowplug::front::oip
