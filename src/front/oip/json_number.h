#pragma once
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

/// Numbers of JSON tensors, checked against the grammar of RFC 8259: std::from_chars alone would
/// take ".5", "1.", "01" and "inf" as well.
namespace glowplug::front::oip {

enum class ElementFault { none, wrong_kind, out_of_range };

/// Where a text is being read.
struct TextCursor {
  const char* at;
  const char* end;
  [[nodiscard]] bool done() const { return at == end; }
  /// The next character, or 0 at the end.
  [[nodiscard]] char peek() const { return at == end ? '\0' : *at; }
  void skip_space() {
    while (at != end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
  }
  /// Moves behind `word` if it comes next.
  bool take(std::string_view word) {
    if (!std::string_view(at, static_cast<std::size_t>(end - at)).starts_with(word)) return false;
    at += word.size();
    return true;
  }
};

[[nodiscard]] inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Whether an element may end before `c`.
[[nodiscard]] inline bool ends_element(char c) {
  return c == ',' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// A number as it is written: digits * 10^exponent.
struct Decimal {
  std::string_view text;
  std::uint64_t digits = 0;  ///< meaningless with more than 19 of them
  std::int64_t exponent = 0;
  std::int64_t magnitude = 0;  ///< exponent and number of digits: all is below 10^magnitude
  bool negative = false;
  bool fits = false;  ///< at most 19 digits
};

namespace detail {

inline constexpr std::array<std::uint64_t, 9> kWholePowersOfTen = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

/// How many of eight characters, each already combined with '0' by exclusive or, are digits before
/// the first that is none.
inline unsigned leading_digits(std::uint64_t values) {
  const std::uint64_t others = ((values + 0x7676767676767676) | values) & 0x8080808080808080;
  return others == 0 ? 8U : static_cast<unsigned>(std::countr_zero(others)) / 8;
}

/// The number that the first `count` of eight digit values make.
inline std::uint64_t join_digits(std::uint64_t values, unsigned count) {
  values = count == 0 ? 0 : values << (64 - 8 * count);  // zeros in front
  values = values * 10 + (values >> 8);
  constexpr std::uint64_t kPairs = 0x000000FF000000FF;
  return ((values & kPairs) * 0x000F424000000064 +
          ((values >> 16) & kPairs) * 0x0000271000000001) >>
         32;
}

/// Takes up to eight digits if `wanted`; how many there were. At least 8 characters must be left.
inline unsigned take_eight(TextCursor& cursor, std::uint64_t& digits, bool wanted) {
  std::uint64_t values = 0;
  std::memcpy(&values, cursor.at, sizeof values);
  values ^= 0x3030303030303030;
  const unsigned count = wanted ? leading_digits(values) : 0;
  digits = digits * kWholePowersOfTen[count] + join_digits(values, count);
  cursor.at += count;
  return count;
}

/// Takes digits; how many there were. Their number varies from value to value, and a branch for
/// each digit would be guessed wrong: two rounds of eight go without one.
inline std::int64_t take_digits(TextCursor& cursor, std::uint64_t& digits) {
  static_assert(std::endian::native == std::endian::little);
  const char* const first = cursor.at;
  while (cursor.end - cursor.at >= 16) {
    const unsigned once = take_eight(cursor, digits, true);
    if (take_eight(cursor, digits, once == 8) < 8) return cursor.at - first;
  }
  for (; is_digit(cursor.peek()); ++cursor.at)
    digits = digits * 10 + static_cast<std::uint64_t>(*cursor.at - '0');
  return cursor.at - first;
}

/// The same for the digits before the point, which are mostly one or two.
inline std::int64_t take_few_digits(TextCursor& cursor, std::uint64_t& digits) {
  const char* const first = cursor.at;
  for (; is_digit(cursor.peek()); ++cursor.at)
    digits = digits * 10 + static_cast<std::uint64_t>(*cursor.at - '0');
  return cursor.at - first;
}

/// Takes "e+12" behind a number. False if it is broken. Exponents are cut at a million: whatever
/// the digits, the value is 0 or out of range then.
inline bool take_exponent(TextCursor& cursor, std::int64_t& exponent) {
  ++cursor.at;
  const bool negative = cursor.peek() == '-';
  if (negative || cursor.peek() == '+') ++cursor.at;
  if (!is_digit(cursor.peek())) return false;
  std::int64_t value = 0;
  for (; is_digit(cursor.peek()); ++cursor.at)
    value = std::min<std::int64_t>(value * 10 + (*cursor.at - '0'), 1'000'000);
  exponent += negative ? -value : value;
  return true;
}

}  // namespace detail

/// Takes a number off the front. False, with the cursor anywhere, if there is none by the grammar.
inline bool take_decimal(TextCursor& cursor, Decimal& number) {
  const char* const start = cursor.at;
  number.negative = cursor.peek() == '-';
  cursor.at += number.negative ? 1 : 0;
  const bool zero = cursor.peek() == '0';
  const std::int64_t whole = detail::take_few_digits(cursor, number.digits);
  if (whole == 0 || (zero && whole > 1)) return false;
  std::int64_t fraction = 0;
  if (cursor.peek() == '.') {
    ++cursor.at;
    fraction = detail::take_digits(cursor, number.digits);
    if (fraction == 0) return false;
  }
  number.exponent = -fraction;
  if ((cursor.peek() | 0x20) == 'e' && !detail::take_exponent(cursor, number.exponent))
    return false;
  number.magnitude = number.exponent + fraction + whole;
  number.fits = whole + fraction <= 19;
  number.text = {start, static_cast<std::size_t>(cursor.at - start)};
  return true;
}

namespace detail {

inline constexpr std::array<double, 23> kPowersOfTen = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline constexpr std::array<double, 23> kInversePowersOfTen = {
    1e-0,  1e-1,  1e-2,  1e-3,  1e-4,  1e-5,  1e-6,  1e-7,  1e-8,  1e-9,  1e-10, 1e-11,
    1e-12, 1e-13, 1e-14, 1e-15, 1e-16, 1e-17, 1e-18, 1e-19, 1e-20, 1e-21, 1e-22};

/// Whether the power of ten, or its inverse, is within half a unit of a double.
inline bool is_quick(const Decimal& number) {
  return number.fits && number.exponent >= -22 && number.exponent <= 22;
}

inline double with_sign(double size, bool negative) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(size) |
                               (static_cast<std::uint64_t>(negative) << 63));
}

/// The nearest double, if two exact operands give it in one step (Clinger's fast path).
inline bool convert_quickly(const Decimal& number, double& value) {
  if (!is_quick(number) || number.digits > (std::uint64_t{1} << 53)) return false;
  const auto digits = static_cast<double>(static_cast<std::int64_t>(number.digits));
  const double power = kPowersOfTen[static_cast<std::size_t>(std::abs(number.exponent))];
  value = with_sign(number.exponent < 0 ? digits / power : digits * power, number.negative);
  return true;
}

/// The nearest float, by way of a double. Three roundings (digits, power, product) leave that at
/// most three units in its last place off; it then rounds to the same float as the number itself
/// unless the middle of two floats (the 29 bits that a float lacks are 1000...0) is that near.
inline bool convert_quickly(const Decimal& number, float& value) {
  if (!is_quick(number) || number.digits >> 63 != 0) return false;
  const auto digits = static_cast<double>(static_cast<std::int64_t>(number.digits));
  const auto place = static_cast<std::size_t>(std::abs(number.exponent));
  const double size =
      digits * (number.exponent < 0 ? kInversePowersOfTen[place] : kPowersOfTen[place]);
  constexpr std::uint64_t kMiddle = std::uint64_t{1} << 28;
  const std::uint64_t lost = std::bit_cast<std::uint64_t>(size) & ((std::uint64_t{1} << 29) - 1);
  const bool near_middle = lost - (kMiddle - 6) <= 12;
  const bool normal =
      (size >= static_cast<double>(std::numeric_limits<float>::min()) && size < 3.4e38) ||
      number.digits == 0;
  if (near_middle || !normal) return false;
  value = static_cast<float>(with_sign(size, number.negative));
  return true;
}

/// Which side of 1 a number lies on that from_chars finds out of range.
inline bool is_large(const Decimal& number) {
  std::int64_t zeros = 0;
  for (const char c : number.text) {
    if (c >= '1' && c <= '9') break;
    zeros += c == '0' ? 1 : 0;
  }
  return number.magnitude - zeros > 0;
}

}  // namespace detail

/// The nearest float or double; what is too small becomes 0, with its sign.
template <class Float>
ElementFault convert(const Decimal& number, Float& value) {
  if (detail::convert_quickly(number, value)) return ElementFault::none;
  const std::string_view text = number.text;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc{}) return ElementFault::none;
  if (detail::is_large(number)) return ElementFault::out_of_range;
  value = number.negative ? -Float{0} : Float{0};
  return ElementFault::none;
}

/// Takes one of the tokens NaN, Infinity and -Infinity off the front.
template <class Float>
bool take_special(TextCursor& cursor, Float& value) {
  using Limits = std::numeric_limits<Float>;
  if (cursor.take("NaN")) {
    value = Limits::quiet_NaN();
  } else if (cursor.take("Infinity")) {
    value = Limits::infinity();
  } else if (cursor.take("-Infinity")) {
    value = -Limits::infinity();
  } else {
    return false;
  }
  return true;
}

/// Takes a float or double, or one of those tokens, off the front.
template <class Float>
ElementFault take_float(TextCursor& cursor, Float& value) {
  TextCursor rest = cursor;
  Decimal number;
  if (!take_decimal(rest, number))
    return take_special(cursor, value) ? ElementFault::none : ElementFault::wrong_kind;
  cursor = rest;
  return convert(number, value);
}

/// Takes an integer off the front: no fraction, no exponent, nothing wraps.
template <class Integer>
ElementFault take_integer(TextCursor& cursor, Integer& value) {
  TextCursor digits = cursor;
  const bool negative = digits.peek() == '-';
  if (negative) ++digits.at;
  const bool zero = digits.peek() == '0';
  const char* const first = digits.at;
  while (is_digit(digits.peek())) ++digits.at;
  if (digits.at == first || (zero && digits.at - first > 1)) return ElementFault::wrong_kind;
  const char after = digits.peek();
  if (after == '.' || after == 'e' || after == 'E') return ElementFault::wrong_kind;
  if (std::is_unsigned_v<Integer> && negative) {  // from_chars knows no minus there; -0 is 0
    if (!zero) return ElementFault::out_of_range;
    value = 0;
  } else if (std::from_chars(cursor.at, digits.at, value).ec != std::errc{}) {
    return ElementFault::out_of_range;
  }
  cursor.at = digits.at;
  return ElementFault::none;
}

}  // namespace glowplug::front::oip
