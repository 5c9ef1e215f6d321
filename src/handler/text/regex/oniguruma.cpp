// Oniguruma's Ruby syntax in the words of PCRE2, as far as both mean the same.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "handler/text/regex/pattern.h"
#include "handler/text/unicode/unicode.h"

namespace glowplug::handler::text {
namespace {

// White_Space: PCRE2's own \s also has U+180E.
constexpr std::string_view kSpace =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
constexpr std::string_view kNoSpace =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff})";
constexpr std::string_view kHex = "0-9A-Fa-f";

bool belongs(const char* category, std::string_view property) {
  return property.size() == 1 ? category[0] == property[0] : category == property;
}

/// Ranges that Oniguruma counts as `property` ("L", "Lu") and PCRE2 does not know yet.
std::string newer(std::string_view property) {
  std::string ranges;
  for (const NewerCategory& row : newer_categories()) {
    if (belongs(kCategoryNames[row.category - 1], property)) {
      ranges += fmt::format("\\x{{{:x}}}-\\x{{{:x}}}", static_cast<std::uint32_t>(row.first),
                            static_cast<std::uint32_t>(row.last));
    }
  }
  return ranges;
}

std::string category(std::string_view name) {
  return fmt::format("\\p{{{}}}{}", name, newer(name));
}

std::string word() {
  return R"(\p{Alphabetic})" + category("L") + category("M") + category("Nd") + category("Pc");
}
/// \w outside a class: below U+0100 Oniguruma then has a table of its own, where these are words.
std::string lone_word() { return R"(\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})" + word(); }

bool is_category(std::string_view name) {
  return std::any_of(std::begin(kCategoryNames), std::end(kCategoryNames), [&](const char* known) {
    return name == known || (name.size() == 1 && name[0] == known[0]);
  });
}

/// What stands inside [...] for a property of this name, as tokenizer files write it.
std::optional<std::string> property(std::string_view name) {
  if (is_category(name)) return category(name);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kLong = {
      {{"Letter", "L"},
       {"Mark", "M"},
       {"Number", "N"},
       {"Punctuation", "P"},
       {"Symbol", "S"},
       {"Separator", "Z"},
       {"Uppercase_Letter", "Lu"},
       {"Lowercase_Letter", "Ll"},
       {"Decimal_Number", "Nd"},
       {"Nonspacing_Mark", "Mn"}}};
  for (const auto& [known, brief] : kLong) {
    if (name == known) return category(brief);
  }
  constexpr std::array<std::string_view, 22> kScripts = {
      "Han",      "Hiragana", "Katakana", "Hangul",   "Latin",      "Greek",
      "Cyrillic", "Arabic",   "Hebrew",   "Thai",     "Devanagari", "Bengali",
      "Tamil",    "Telugu",   "Georgian", "Armenian", "Ethiopic",   "Khmer",
      "Lao",      "Myanmar",  "Tibetan",  "Mongolian"};
  if (std::find(kScripts.begin(), kScripts.end(), name) != kScripts.end()) {
    return fmt::format("\\p{{{}}}", name);
  }
  return std::nullopt;
}

class Translator {
 public:
  explicit Translator(std::string_view ruby) : ruby_(ruby) {}

  Result<std::string> run() {
    while (at_ < ruby_.size()) GLOWPLUG_TRY(item());
    return std::move(out_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < ruby_.size() ? ruby_[at_ + ahead] : '\0';
  }
  void copy(std::size_t count) {
    out_ += ruby_.substr(at_, count);
    at_ = std::min(at_ + count, ruby_.size());
  }
  Error unsupported(std::string_view what) const {
    return Error{
        Code::unimplemented,
        fmt::format("the regular expression \"{}\" has {}, which is not supported", ruby_, what),
        {}};
  }

  Result<void> item() {
    switch (peek()) {
      case '\\':
        return escape(false);
      case '[':
        return char_class();
      case '(':
        return group();
      case '{':
        return repeat();
      default:
        copy(1);
        return {};
    }
  }

  /// `{n,m}`; of `{,m}` PCRE2 10.42 knows nothing, and `{n,m}+` is not possessive in Ruby.
  Result<void> repeat() {
    const std::size_t close = ruby_.find('}', at_);
    if (close == std::string_view::npos) return copy(1), Result<void>();
    const std::string_view body = ruby_.substr(at_ + 1, close - at_ - 1);
    const bool counts =
        !body.empty() && body.find_first_not_of("0123456789,") == std::string_view::npos;
    if (!counts) return copy(1), Result<void>();
    out_ += body[0] == ',' ? fmt::format("{{0{}}}", body) : fmt::format("{{{}}}", body);
    at_ = close + 1;
    if (peek() == '+') return unsupported("\"+\" behind {n,m}");
    return {};
  }

  Result<void> group() {
    if (peek(1) == '*') return unsupported("\"(*\"");
    if (peek(1) != '?') return copy(1), Result<void>();
    if (std::string_view(":=!>").find(peek(2)) != std::string_view::npos && peek(2) != '\0') {
      return copy(3), Result<void>();
    }
    if (peek(2) == '<' && (peek(3) == '=' || peek(3) == '!')) return copy(4), Result<void>();
    if (peek(2) == '<' && std::isalpha(static_cast<unsigned char>(peek(3))) != 0) {
      return copy(4), Result<void>();
    }
    return flags();
  }

  Result<void> flags() {
    std::size_t end = at_ + 2;
    while (end < ruby_.size() &&
           std::string_view("imx-").find(ruby_[end]) != std::string_view::npos) {
      ++end;
    }
    if (end == at_ + 2 || end >= ruby_.size() || (ruby_[end] != ':' && ruby_[end] != ')')) {
      return unsupported(fmt::format("\"{}\"", ruby_.substr(at_, 3)));
    }
    for (; at_ <= end; ++at_) out_ += ruby_[at_] == 'm' ? 's' : ruby_[at_];  // Ruby's m: "." is all
    return {};
  }

  Result<void> char_class() {
    copy(1);
    if (peek() == '^') copy(1);
    if (peek() == ']') copy(1);
    while (at_ < ruby_.size() && peek() != ']') {
      if (peek() == '&' && peek(1) == '&') return unsupported("\"&&\"");
      if (peek() == '[') return unsupported("a class inside a class");
      if (peek() == '\\') {
        GLOWPLUG_TRY(escape(true));
      } else {
        copy(1);
      }
    }
    copy(1);
    return {};
  }

  /// `inside`: between [ and ], where `members` can stand as they are.
  void put(std::string_view members, bool inside, bool negated = false) {
    if (inside) {
      out_ += members;
    } else {
      out_ += fmt::format("[{}{}]", negated ? "^" : "", members);
    }
  }

  Result<void> escape(bool inside) {
    const char letter = peek(1);
    const auto named = [&] { return fmt::format("\"\\{}\"", letter); };
    if (letter == 'p' || letter == 'P') return property_escape(inside);
    if (letter == 'u') return unicode_escape();
    if (letter == 'x') return hex_escape();
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) return copy(2), Result<void>();
    at_ += 2;
    switch (letter) {
      case 's':
        put(kSpace, inside);
        return {};
      case 'S':
        put(inside ? kNoSpace : kSpace, inside, true);
        return {};
      case 'd':
        put(category("Nd"), inside);
        return {};
      case 'h':
        put(kHex, inside);
        return {};
      case 'w':
        put(inside ? word() : lone_word(), inside);
        return {};
      case 'v':
        out_ += "\\x{b}";
        return {};
      case '0':
        out_ += "\\x{0}";
        return {};
      default:
        break;
    }
    if (std::string_view("ntrfae").find(letter) != std::string_view::npos) {
      out_ += fmt::format("\\{}", letter);
      return {};
    }
    if (inside) return unsupported(named() + " inside a class");
    switch (letter) {
      case 'D':
        put(category("Nd"), false, true);
        return {};
      case 'H':
        put(kHex, false, true);
        return {};
      case 'W':
        put(lone_word(), false, true);
        return {};
      case 'b':
        out_ += fmt::format("(?:(?<=[{0}])(?![{0}])|(?<![{0}])(?=[{0}]))", lone_word());
        return {};
      case 'B':
        out_ += fmt::format("(?:(?<=[{0}])(?=[{0}])|(?<![{0}])(?![{0}]))", lone_word());
        return {};
      default:
        break;
    }
    if (std::string_view("AzZ123456789").find(letter) == std::string_view::npos) {
      return unsupported(named());
    }
    out_ += fmt::format("\\{}", letter);
    return {};
  }

  Result<void> property_escape(bool inside) {
    bool negated = peek(1) == 'P';
    const std::size_t close = ruby_.find('}', at_);
    if (peek(2) != '{' || close == std::string_view::npos) return unsupported("\"\\p\" without {}");
    std::string_view name = ruby_.substr(at_ + 3, close - at_ - 3);
    if (name.starts_with('^')) {
      negated = !negated;
      name.remove_prefix(1);
    }
    const auto members = property(name);
    if (!members) return unsupported(fmt::format("the property \"{}\"", name));
    at_ = close + 1;
    if (inside && negated) {
      out_ += fmt::format("\\P{{{}}}", members->substr(3, members->find('}') - 3));
    } else {
      put(*members, inside, negated);
    }
    return {};
  }

  Result<void> hex_digits(std::size_t from, std::size_t count, std::uint32_t limit) {
    const std::string digits(ruby_.substr(from, count));
    const bool hex = !digits.empty() && digits.size() <= 6 &&
                     digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!hex || std::stoul(digits, nullptr, 16) > limit) return unsupported("such an escape");
    out_ += fmt::format("\\x{{{}}}", digits);
    return {};
  }
  Result<void> unicode_escape() {
    if (at_ + 6 > ruby_.size()) return unsupported("such an escape");
    GLOWPLUG_TRY(hex_digits(at_ + 2, 4, 0xFFFF));
    at_ = std::min(at_ + 6, ruby_.size());
    return {};
  }
  Result<void> hex_escape() {
    if (peek(2) == '{') {
      const std::size_t close = std::min(ruby_.find('}', at_), ruby_.size());
      GLOWPLUG_TRY(hex_digits(at_ + 3, close - at_ - 3, 0x10FFFF));
      at_ = std::min(close + 1, ruby_.size());
      return {};
    }
    std::size_t count = 0;
    while (count < 2 && std::isxdigit(static_cast<unsigned char>(peek(2 + count))) != 0) ++count;
    GLOWPLUG_TRY(hex_digits(at_ + 2, count, 0x7F));
    at_ += 2 + count;
    return {};
  }

  std::string_view ruby_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

Result<std::string> pcre_of(std::string_view ruby) { return Translator(ruby).run(); }

}  // namespace glowplug::handler::text
