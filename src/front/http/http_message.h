#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace glowplug::front::http {

/// One header field, without the white space around its value.
struct HttpField {
  std::string_view name;
  std::string_view value;
};

/// Request line and header fields. All views point into `bytes`, which moves along: they are valid
/// as long as the head, or the head it was moved to, lives.
struct HttpHead {
  std::string_view method;        ///< as sent: methods are case-sensitive
  std::string_view target;        ///< as sent: "/v2/models/a%20b?x=1", "*", "http://host/path"
  std::string_view path;          ///< of the target, not percent-decoded; "*" for OPTIONS *
  std::string_view query;         ///< behind the "?", not decoded; may be empty
  int minor_version = 1;          ///< 0 for HTTP/1.0; every other 1.x counts as 1
  std::vector<HttpField> fields;  ///< in the order sent
  std::unique_ptr<char[]> bytes;  // NOLINT(modernize-avoid-c-arrays): stays in place when moved

  /// Value of the first field of that name, whatever the case of its letters.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// A whole request.
struct HttpRequest {
  HttpHead head;
  std::unique_ptr<std::string>
      body;  ///< never null; chunks joined, content-coding removed; capacity >= size + 64
  std::size_t received_bytes = 0;  ///< of the body as sent, before decompression
  Time first_byte;                 ///< when the first byte of its head was read
  Time arrival;                    ///< when its last byte was read
  std::string peer;                ///< "192.0.2.7:50412", "[::1]:50412" or "unix"
  std::uint64_t connection = 0;    ///< number of the connection, unique in the process
};

/// Bytes that somebody else keeps.
struct HttpBodyPiece {
  std::string_view bytes;
  std::shared_ptr<const void>
      owner;  ///< released when the bytes have been sent; may be null for static ones
};

/// An answer. The server adds Date, Content-Length and, where needed, Connection.
struct HttpAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>>
      headers;  ///< control bytes in values become spaces
  std::string body;
  std::vector<HttpBodyPiece> pieces;  ///< sent behind `body` with the same system call
  bool close = false;                 ///< end the connection after it

  [[nodiscard]] std::size_t body_bytes() const;
};

/// {"error": text} with Content-Type application/json.
[[nodiscard]] HttpAnswer error_answer(int status, std::string_view text);

/// Whether two header names, or tokens, are the same but for the case of ASCII letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace glowplug::front::http
