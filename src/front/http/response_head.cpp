#include "front/http/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>

#include "base/append.h"
#include "base/utc.h"
#include "front/http/outgoing.h"

namespace glowplug::front::http {
namespace {

constexpr std::size_t kUsualHeadBytes = 320;

std::string_view reason_of(int status) {
  namespace http = boost::beast::http;
  const http::status known = http::int_to_status(static_cast<unsigned>(status));
  if (known == http::status::unknown) return "Unknown";
  const auto reason = http::obsolete_reason(known);
  return {reason.data(), reason.size()};
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  out += "HTTP/1.1 ";
  append_integer(out, status);
  out.append(" ").append(reason_of(status)).append("\r\n");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  const std::size_t begin = out.size();
  out += value;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  out += "\r\n";
}

}  // namespace

std::string_view DateLine::at(std::time_t now) {
  if (now == second_) return line_;
  second_ = now;
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::tm utc = utc_of(now);
  line_ = fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                      kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                      kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                      utc.tm_hour, utc.tm_min, utc.tm_sec);
  return line_;
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

std::string response_head(const HttpAnswer& answer, std::string_view date_line, AfterAnswer after) {
  std::string head;
  const bool may_follow = answer.body.size() <= Outgoing::kJoinedBytes;
  head.reserve(kUsualHeadBytes + (may_follow ? answer.body.size() : 0));
  append_status_line(head, answer.status);
  for (const auto& [name, value] : answer.headers) append_field(head, name, value);
  head += date_line;
  if (!has_no_body(answer.status)) {
    head += "Content-Length: ";
    append_integer(head, static_cast<std::int64_t>(answer.body_bytes()));
    head += "\r\n";
  }
  if (after == AfterAnswer::close) head += "Connection: close\r\n";
  if (after == AfterAnswer::keep_and_say_so) head += "Connection: keep-alive\r\n";
  head += "\r\n";
  return head;  // with the room that it has
}

}  // namespace glowplug::front::http
