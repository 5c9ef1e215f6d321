#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace glowplug::front::http {

/// What one client may take of the server. Beyond a limit the answer names it.
struct HttpLimits {
  std::uint64_t max_body_bytes = std::uint64_t{64} << 20;          ///< as sent; 413
  std::uint64_t max_decompressed_bytes = std::uint64_t{64} << 20;  ///< after gzip or deflate; 413
  std::size_t max_header_bytes = std::size_t{16} << 10;  ///< request line and all fields; 431
  std::size_t max_headers = 100;                         ///< fields; 431
  std::size_t max_target_bytes = std::size_t{8} << 10;   ///< 414
  Duration head_timeout = seconds(10);  ///< from the first byte of a head to its end; 408
  Duration body_timeout = seconds(20);  ///< between two reads of a body; 408
  /// A body that has taken longer than body_timeout must have come at least this fast; 408.
  std::uint64_t min_body_bytes_per_second = 1024;
  Duration keep_alive_timeout = seconds(75);  ///< without a byte between requests: closed
  Duration write_timeout = seconds(30);       ///< without progress of an answer: closed
  /// After an answer that ends the connection against the client's wish, its input is thrown away
  /// for this long, so that a client still sending can read the answer.
  Duration linger_timeout = seconds(2);
  /// Bodies of all connections as far as they have come, until they are answered; one that does not
  /// fit beside them gets 503.
  std::uint64_t max_buffered_bytes = std::uint64_t{512} << 20;
  std::size_t max_connections = 10'000;  ///< one more gets 503
};

}  // namespace glowplug::front::http
