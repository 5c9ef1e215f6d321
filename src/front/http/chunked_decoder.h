#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "front/http/http_limits.h"
#include "front/http/request_body.h"

namespace glowplug::front::http {

/// Takes a chunked body apart (RFC 9112 section 7.1, grammar by Boost.Beast). Chunk extensions and
/// trailer fields are checked and ignored; each chunk's header, and all trailers together, may have
/// max_header_bytes.
class ChunkedDecoder {
 public:
  /// Both outlive it.
  ChunkedDecoder(const HttpLimits& limits, RequestBody& body);
  ~ChunkedDecoder();
  ChunkedDecoder(const ChunkedDecoder&) = delete;
  ChunkedDecoder& operator=(const ChunkedDecoder&) = delete;

  struct Fed {
    std::size_t used = 0;  ///< of the bytes given: all of them unless done or refused
    bool done = false;     ///< behind the last chunk and its trailers
    std::optional<Refusal> refusal;
  };
  [[nodiscard]] Fed feed(std::string_view bytes);

 private:
  class Grammar;
  /// Takes apart as much of `bytes` as it can and says how much that was.
  [[nodiscard]] std::size_t consume(std::string_view bytes, std::optional<Refusal>& refusal);

  const HttpLimits& limits_;
  std::unique_ptr<Grammar> grammar_;
  std::string partial_;  // of a chunk header or the trailers
};

}  // namespace glowplug::front::http
