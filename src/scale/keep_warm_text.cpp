// The text of a schedule.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "scale/keep_warm.h"

namespace glowplug::scale {
namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::uint8_t kEveryDay = 0x7f;
constexpr std::uint16_t kMinutesOfDay = 24 * 60;
constexpr std::uint32_t kMostInstances = 64;
constexpr std::size_t kMostWindows = 64;
constexpr std::string_view kNever = "never";

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One word and where it stands.
struct Word {
  std::string_view text;
  std::size_t column = 1;  ///< counted from 1
};

/// Errors of one text; each says where, what and what was expected.
Error wrong(const Word& word, std::string_view expected) {
  if (word.text.empty())
    return invalid_argument(
        fmt::format("column {}: it ends, {} was expected", word.column, expected));
  return invalid_argument(
      fmt::format("column {}: \"{}\", {} was expected", word.column, word.text, expected));
}

/// Words between spaces; `;` is a word of its own.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) { read(); }
  [[nodiscard]] const Word& now() const { return word_; }
  [[nodiscard]] bool at_end() const { return word_.text.empty(); }
  Word take() {
    const Word taken = word_;
    read();
    return taken;
  }

 private:
  void read() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    std::size_t end = at_;
    while (end < text_.size() && !is_space(text_[end]) && text_[end] != ';') ++end;
    if (end == at_ && end < text_.size()) ++end;
    word_ = {text_.substr(at_, end - at_), at_ + 1};
    at_ = end;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Word word_;
};

/// The words of `word` between `separator`s, with their places.
std::vector<Word> split(const Word& word, char separator) {
  std::vector<Word> parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = std::min(word.text.find(separator, begin), word.text.size());
    parts.push_back({word.text.substr(begin, end - begin), word.column + begin});
    if (end == word.text.size()) return parts;
    begin = end + 1;
  }
}

Result<unsigned> parse_day(const Word& word) {
  const auto* const found = std::find(kDays.begin(), kDays.end(), word.text);
  if (found == kDays.end())
    return wrong(word, "a day (mon, tue, wed, thu, fri, sat, sun or daily)");
  return static_cast<unsigned>(found - kDays.begin());
}

/// "mon" or "fri-mon", which goes over the end of the week.
Result<std::uint8_t> parse_day_range(const Word& word) {
  const std::vector<Word> ends = split(word, '-');
  if (ends.size() > 2) return wrong(word, "a day or a range of days like mon-fri");
  GLOWPLUG_ASSIGN(const unsigned first, parse_day(ends.front()));
  GLOWPLUG_ASSIGN(const unsigned last, parse_day(ends.back()));
  std::uint8_t days = 0;
  for (unsigned day = first;; day = (day + 1) % 7) {
    days = static_cast<std::uint8_t>(days | 1U << day);
    if (day == last) return days;
  }
}

Result<std::uint8_t> parse_days(const Word& word) {
  if (word.text == "daily") return kEveryDay;
  std::uint8_t days = 0;
  for (const Word& range : split(word, ',')) {
    GLOWPLUG_ASSIGN(const std::uint8_t more, parse_day_range(range));
    days = static_cast<std::uint8_t>(days | more);
  }
  return days;
}

std::optional<int> two_digits(std::string_view text) {
  if (text.size() != 2 || !is_digit(text[0]) || !is_digit(text[1])) return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

Result<std::uint16_t> parse_time(const Word& word) {
  const std::vector<Word> parts = split(word, ':');
  const auto hours = two_digits(parts.front().text);
  const auto minutes = two_digits(parts.back().text);
  const bool is_time = parts.size() == 2 && hours && minutes && *minutes < 60 &&
                       *hours * 60 + *minutes <= kMinutesOfDay;
  if (!is_time) return wrong(word, "a time of day from 00:00 to 24:00");
  return static_cast<std::uint16_t>(*hours * 60 + *minutes);
}

Result<void> parse_hours(const Word& word, KeepWarmWindow& window) {
  const std::vector<Word> ends = split(word, '-');
  if (ends.size() != 2) return wrong(word, "hours like 08:00-18:00");
  GLOWPLUG_ASSIGN(window.begin_minute, parse_time(ends[0]));
  GLOWPLUG_ASSIGN(window.end_minute, parse_time(ends[1]));
  if (window.begin_minute == kMinutesOfDay)
    return wrong(ends[0], "a begin before 24:00, which is 00:00 of the next day,");
  if (window.begin_minute == window.end_minute)
    return wrong(word, "an end other than the begin (00:00-24:00 is a whole day)");
  return {};
}

bool is_instances(std::string_view text) {
  return text.size() > 1 && text[0] == 'x' && is_digit(text[1]);
}

Result<std::uint32_t> parse_instances(const Word& word) {
  std::uint32_t number = 0;
  const char* const end = word.text.data() + word.text.size();
  const auto [stopped, failed] = std::from_chars(word.text.data() + 1, end, number);
  if (failed != std::errc{} || stopped != end || number < 1 || number > kMostInstances)
    return wrong(word, fmt::format("a number of instances from x1 to x{}", kMostInstances));
  return number;
}

Result<KeepWarmWindow> parse_window(Words& words) {
  KeepWarmWindow window;
  window.days = kEveryDay;
  if (!words.at_end() && std::isalpha(static_cast<unsigned char>(words.now().text[0])) != 0) {
    GLOWPLUG_ASSIGN(window.days, parse_days(words.take()));
  }
  GLOWPLUG_TRY(parse_hours(words.take(), window));
  if (is_instances(words.now().text)) {
    GLOWPLUG_ASSIGN(window.instances, parse_instances(words.take()));
  }
  return window;
}

/// The form alone: "Europe/Berlin", "UTC", "Etc/GMT+5". Never a path out of the zones' folder.
Result<std::string> parse_zone(const Word& word) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '_' || c == '-' ||
           c == '+';
  };
  const bool is_name = std::isupper(static_cast<unsigned char>(word.text[0])) != 0 &&
                       std::all_of(word.text.begin(), word.text.end(), fits);
  if (!is_name)
    return wrong(word, "`;` and another window, xINSTANCES or a time zone like Europe/Berlin");
  return std::string(word.text);
}

std::string days_text(std::uint8_t days) {
  if (days == kEveryDay) return "";
  std::string text;
  for (unsigned day = 0; day < kDays.size(); ++day) {
    if ((days >> day & 1U) == 0) continue;
    unsigned last = day;
    while (last + 1 < kDays.size() && (days >> (last + 1) & 1U) != 0) ++last;
    if (!text.empty()) text += ',';
    text += kDays.at(day);
    if (last > day) text += fmt::format("-{}", kDays.at(last));
    day = last;
  }
  return text + " ";
}

std::string window_text(const KeepWarmWindow& window) {
  std::string text =
      fmt::format("{}{:02}:{:02}-{:02}:{:02}", days_text(window.days), window.begin_minute / 60,
                  window.begin_minute % 60, window.end_minute / 60, window.end_minute % 60);
  if (window.instances != 1) text += fmt::format(" x{}", window.instances);
  return text;
}

}  // namespace

Result<KeepWarm> parse_keep_warm(std::string_view text) {
  KeepWarm schedule;
  Words words(text);
  if (words.now().text == kNever) {
    (void)words.take();
    if (!words.at_end()) return wrong(words.now(), "nothing more after \"never\"");
    return schedule;
  }
  for (;;) {
    GLOWPLUG_ASSIGN(schedule.windows.emplace_back(), parse_window(words));
    if (schedule.windows.size() > kMostWindows)
      return wrong(words.now(), fmt::format("an end after {} windows", kMostWindows));
    if (words.now().text != ";") break;
    (void)words.take();
  }
  if (words.at_end()) return schedule;
  GLOWPLUG_ASSIGN(schedule.zone, parse_zone(words.take()));
  if (!words.at_end()) return wrong(words.now(), "nothing more after the time zone");
  return schedule;
}

std::string to_text(const KeepWarm& schedule) {
  if (schedule.windows.empty()) return std::string(kNever);
  std::string text;
  for (const KeepWarmWindow& window : schedule.windows)
    text += (text.empty() ? "" : "; ") + window_text(window);
  return schedule.zone.empty() ? text : text + " " + schedule.zone;
}

}  // namespace glowplug::scale
