#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fetch/address.h"

namespace glowplug::fetch {

/// The host of a URL, read by one parser for everybody: libcurl is given what was checked here,
/// written anew, never what a client sent.
struct Host {
  enum class Kind {
    name,     ///< a DNS name: lower case, without the dot at its end
    address,  ///< as read_address takes it
    number,   ///< anything else that a resolver would take for an address: 0x7f.1, 2130706433,
              ///< fe80::1%eth0
  };
  Kind kind = Kind::name;
  std::string text;  ///< without brackets
  std::optional<Address> address{};

  /// As it stands in a URL: with brackets for IPv6.
  [[nodiscard]] std::string in_url() const;
  /// "localhost" and every name below it (RFC 6761).
  [[nodiscard]] bool is_localhost() const;
};

/// `http://host[:port]/path?query` or `https://…`. The fragment is dropped.
struct WebUrl {
  bool secure = true;
  Host host;
  std::uint16_t port = 443;
  std::string target;  ///< path and query, "/" at least; as written

  [[nodiscard]] std::string text() const;
};

/// `s3://bucket/key` or `gs://bucket/key`.
struct ObjectUrl {
  bool google = false;
  std::string bucket;
  std::string key;  ///< UTF-8, not encoded; nothing in it is a query
};

inline constexpr std::size_t kLongestUrl = 8192;

/// RFC 3986 for http and https, strictly: printable ASCII, no user information, no percent
/// encoding in the host. Errors: invalid_argument, saying what is wrong; permission_denied (another
/// scheme, user information).
[[nodiscard]] Result<WebUrl> read_web_url(std::string_view text);
/// A bucket is 3 to 63 letters, digits, dots, underscores and hyphens; a key has at most 1024
/// bytes, no control characters, and no parts "." or "..", which servers of paths take for folders.
/// Errors: invalid_argument.
[[nodiscard]] Result<ObjectUrl> read_object_url(std::string_view text);
/// Whether it begins with s3:// or gs://.
[[nodiscard]] bool is_object_url(std::string_view text);
/// Errors: invalid_argument.
[[nodiscard]] Result<Host> read_host(std::string_view text);
/// ":8080" → 8080; 0 is none. Errors: invalid_argument.
[[nodiscard]] Result<std::uint16_t> read_port(std::string_view text);
/// Every byte but letters, digits, "-_.~" and "/" as %XX, as Signature V4 wants keys.
[[nodiscard]] std::string encode_key(std::string_view key);

}  // namespace glowplug::fetch
