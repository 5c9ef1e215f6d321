#include "fetch/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/utf8.h"

namespace glowplug::fetch {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestKey = 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string in_lower_case(std::string_view text) {
  std::string low(text);
  std::ranges::transform(low, low.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c; });
  return low;
}

/// As the WHATWG's URL standard says which hosts are numbers: by their last label.
bool ends_in_number(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (last.starts_with("0x")) return std::ranges::all_of(last.substr(2), is_hex);
  return std::ranges::all_of(last, is_digit);
}

Result<void> check_name(std::string_view name) {
  if (name.size() > kLongestName) return invalid_argument("its host is longer than 253 characters");
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('.'), name.size());
    const std::string_view label = name.substr(0, end);
    if (label.empty() || label.size() > kLongestLabel)
      return invalid_argument("a part of its host is empty or longer than 63 characters");
    if (end + 1 == name.size()) return invalid_argument("its host ends with two dots");
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return {};
}

Result<Host> read_bracketed(std::string_view inside) {
  Host host;
  host.text = in_lower_case(inside);
  const std::size_t zone = host.text.find('%');
  host.address = read_address(std::string_view(host.text).substr(0, zone));
  if (!host.address || host.address->is_v4)
    return invalid_argument("its host in brackets is no address of IPv6");
  host.kind = Host::Kind::address;
  if (zone == std::string::npos) return host;
  host.kind = Host::Kind::number;
  host.address.reset();
  return host;
}

Result<void> check_characters(std::string_view text) {
  if (text.size() > kLongestUrl)
    return invalid_argument(fmt::format("it is longer than {} characters", kLongestUrl));
  const auto wrong = std::ranges::find_if(text, [](char c) {
    return c <= ' ' || c >= '\x7f' || c == '"' || c == '<' || c == '>' || c == '\\';
  });
  if (wrong == text.end()) return {};
  return invalid_argument(
      fmt::format("character {} (0x{:02x}) may not stand in a URL; expected it percent-encoded",
                  wrong - text.begin(), static_cast<unsigned char>(*wrong)));
}

/// Where the port begins in "host:80" or "[::1]:80".
Result<std::size_t> port_in(std::string_view authority) {
  if (!authority.starts_with('[')) return std::min(authority.find(':'), authority.size());
  const std::size_t close = authority.find(']');
  if (close == std::string_view::npos)
    return invalid_argument("its host lacks the closing bracket");
  if (close + 1 < authority.size() && authority[close + 1] != ':')
    return invalid_argument("something stands between its host and its port");
  return close + 1;
}

bool has_folder_parts(std::string_view key) {
  while (true) {
    const std::size_t end = std::min(key.find('/'), key.size());
    const std::string_view part = key.substr(0, end);
    if (part == "." || part == "..") return true;
    if (end == key.size()) return false;
    key.remove_prefix(end + 1);
  }
}

bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= kLongestLabel &&
         name.find("..") == std::string_view::npos && !name.starts_with('.') &&
         !name.ends_with('.') && std::ranges::all_of(name, [](char c) {
           return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
         });
}

}  // namespace

std::string Host::in_url() const {
  return text.find(':') != std::string::npos ? fmt::format("[{}]", text) : text;
}

bool Host::is_localhost() const {
  return kind == Kind::name && (text == "localhost" || text.ends_with(".localhost"));
}

std::string WebUrl::text() const {
  const bool usual = port == (secure ? kHttpsPort : kHttpPort);
  return fmt::format("{}://{}{}{}", secure ? "https" : "http", host.in_url(),
                     usual ? std::string() : fmt::format(":{}", port), target);
}

Result<Host> read_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']'))
    return read_bracketed(text.substr(1, text.size() - 2));
  Host host;
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return invalid_argument("it has no host");
  host.text = in_lower_case(text);
  const auto wrong = std::ranges::find_if(text, [](char c) {
    return !is_letter(c) && !is_digit(c) && c != '.' && c != '-' && c != '_';
  });
  if (wrong != text.end())
    return invalid_argument(
        "its host has characters besides letters, digits, dots and hyphens; other scripts are "
        "written in Punycode");
  GLOWPLUG_TRY(check_name(host.text));
  if (!ends_in_number(host.text)) return host;
  host.address = read_address(host.text);
  host.kind = host.address ? Host::Kind::address : Host::Kind::number;
  return host;
}

Result<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const std::string_view digits = text.substr(std::min<std::size_t>(1, text.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0)
    return invalid_argument(fmt::format("its port is \"{}\"; 1 to 65535 was expected", digits));
  return port;
}

Result<WebUrl> read_web_url(std::string_view text) {
  GLOWPLUG_TRY(check_characters(text));
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0)
    return invalid_argument("it is no URL; https://host/path was expected");
  const std::string scheme = in_lower_case(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https")
    return Error{Code::permission_denied,
                 fmt::format("its scheme is \"{}\"; https was expected", scheme),
                 {}};
  text.remove_prefix(scheme_end + 3);
  text = text.substr(0, text.find('#'));
  const std::size_t path = std::min(text.find_first_of("/?"), text.size());
  const std::string_view authority = text.substr(0, path);
  if (authority.find('@') != std::string_view::npos)
    return Error{Code::permission_denied, "it has a user or a password, which are not sent", {}};
  WebUrl url;
  url.secure = scheme == "https";
  url.port = url.secure ? kHttpsPort : kHttpPort;
  GLOWPLUG_ASSIGN(const std::size_t port, port_in(authority));
  GLOWPLUG_ASSIGN(url.host, read_host(authority.substr(0, port)));
  if (port < authority.size()) {
    GLOWPLUG_ASSIGN(url.port, read_port(authority.substr(port)));
  }
  url.target = text.substr(path);
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

bool is_object_url(std::string_view text) {
  return text.starts_with("s3://") || text.starts_with("gs://");
}

Result<ObjectUrl> read_object_url(std::string_view text) {
  constexpr std::size_t kScheme = 5;
  ObjectUrl url;
  url.google = text.starts_with("gs://");
  text.remove_prefix(std::min(kScheme, text.size()));
  const std::size_t slash = std::min(text.find('/'), text.size());
  url.bucket = text.substr(0, slash);
  url.key = text.substr(std::min(slash + 1, text.size()));
  if (!is_bucket(url.bucket))
    return invalid_argument("its bucket is not 3 to 63 letters, digits, dots, hyphens");
  if (url.key.empty() || url.key.size() > kLongestKey)
    return invalid_argument("its key is empty or longer than 1024 bytes");
  const bool control =
      std::ranges::any_of(url.key, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; });
  if (control || !is_utf8(url.key))
    return invalid_argument("its key holds control characters or is not UTF-8");
  if (has_folder_parts(url.key)) return invalid_argument("its key has a part \".\" or \"..\"");
  return url;
}

std::string encode_key(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (is_letter(c) || is_digit(c) || std::string_view("-_.~/").find(c) != std::string_view::npos)
      text += c;
    else
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

}  // namespace glowplug::fetch
