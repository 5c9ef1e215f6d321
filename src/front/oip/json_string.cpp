#include "front/oip/json_string.h"

#include <cstring>
#include <optional>

namespace glowplug::front::oip {
namespace {

void append(std::vector<std::byte>& to, const char* text, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text);
  to.insert(to.end(), bytes, bytes + size);
}

std::optional<std::uint32_t> take_hex4(TextCursor& cursor) {
  if (cursor.end - cursor.at < 4) return std::nullopt;
  std::uint32_t value = 0;
  const auto result = std::from_chars(cursor.at, cursor.at + 4, value, 16);
  if (result.ec != std::errc{} || result.ptr != cursor.at + 4) return std::nullopt;
  cursor.at += 4;
  return value;
}

/// The code point behind "\u"; two escapes where the first is a high surrogate.
std::optional<std::uint32_t> take_code_point(TextCursor& cursor) {
  const auto first = take_hex4(cursor);
  if (!first || (*first >= 0xDC00 && *first < 0xE000)) return std::nullopt;
  if (*first < 0xD800 || *first >= 0xE000) return first;
  if (!cursor.take("\\u")) return std::nullopt;
  const auto second = take_hex4(cursor);
  if (!second || *second < 0xDC00 || *second >= 0xE000) return std::nullopt;
  return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
}

void append_utf8(std::vector<std::byte>& to, std::uint32_t code) {
  const auto put = [&to](std::uint32_t byte) { to.push_back(static_cast<std::byte>(byte)); };
  const auto put_tail = [&](int shift) { put(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put_tail(0);
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put_tail(6);
    put_tail(0);
  } else {
    put(0xF0 | (code >> 18));
    put_tail(12);
    put_tail(6);
    put_tail(0);
  }
}

/// What the letter behind a backslash stands for; 0 if nothing.
char simple_escape(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

bool take_escape(TextCursor& cursor, std::vector<std::byte>& to) {
  TextCursor rest{cursor.at + 1, cursor.end};
  if (rest.peek() == 'u') {
    ++rest.at;
    const auto code = take_code_point(rest);
    if (!code) return false;
    append_utf8(to, *code);
  } else {
    const char meant = simple_escape(rest.peek());
    if (meant == '\0') return false;
    to.push_back(static_cast<std::byte>(meant));
    ++rest.at;
  }
  cursor = rest;
  return true;
}

/// Takes everything up to the next quote, backslash or control character.
void take_run(TextCursor& cursor, std::vector<std::byte>& to) {
  const char* const first = cursor.at;
  while (!cursor.done() && *cursor.at != '"' && *cursor.at != '\\' &&
         static_cast<unsigned char>(*cursor.at) >= 0x20) {
    ++cursor.at;
  }
  append(to, first, static_cast<std::size_t>(cursor.at - first));
}

}  // namespace

bool take_string(TextCursor& cursor, std::vector<std::byte>& to) {
  if (!cursor.take("\"")) return false;
  const std::size_t frame = to.size();
  std::uint32_t length = 0;
  to.resize(frame + sizeof length);
  for (;;) {
    take_run(cursor, to);
    if (cursor.peek() != '\\') break;
    if (!take_escape(cursor, to)) return false;
  }
  if (!cursor.take("\"")) return false;
  length = static_cast<std::uint32_t>(to.size() - frame - sizeof length);
  std::memcpy(to.data() + frame, &length, sizeof length);
  return true;
}

}  // namespace glowplug::front::oip
