#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "front/http/http_message.h"

namespace glowplug::front::http {

/// Content codings of RFC 9110 section 8.4.1 that answers are sent in. `deflate` is a zlib stream
/// (RFC 1950), as the RFC and Triton's clients have it.
enum class ContentCoding { identity, gzip, deflate };
[[nodiscard]] std::string_view name_of(ContentCoding coding);

/// The coding with the highest weight in an Accept-Encoding value; the first one on ties, as Triton
/// chooses. Identity without the header, when nothing known is named, and when the value is
/// malformed.
[[nodiscard]] ContentCoding choose_coding(std::optional<std::string_view> accept_encoding);
/// Whether the client rules the uncompressed form out ("identity;q=0", or "*;q=0" without it).
[[nodiscard]] bool refuses_identity(std::optional<std::string_view> accept_encoding);

/// Compresses body and pieces of an answer for a client that sent `accept_encoding`, and sets
/// Content-Encoding and Vary. Bodies under `min_bytes`, and such that would not shrink, stay as
/// they are unless the client refuses that. For infer answers only: tritonclient's aio client sends
/// Accept-Encoding always but decompresses nothing else.
void compress_answer(HttpAnswer& answer, std::optional<std::string_view> accept_encoding,
                     std::size_t min_bytes = 1024);

}  // namespace glowplug::front::http
