#include "front/http/inflater.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>

#include "base/check.h"
#include "front/http/window_bits.h"

namespace glowplug::front::http {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{16} << 10;
constexpr int kRawBits = -15;

/// RFC 1950 section 2.2: method 8, and the two bytes are a multiple of 31.
bool is_zlib_header(std::string_view bytes) {
  const unsigned first = static_cast<unsigned char>(bytes[0]);
  const unsigned second = static_cast<unsigned char>(bytes[1]);
  return (first & 15U) == 8 && (first * 256 + second) % 31 == 0;
}

}  // namespace

struct Inflater::Stream {
  explicit Stream(int window_bits) { GLOWPLUG_CHECK(inflateInit2(&z, window_bits) == Z_OK); }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  z_stream z{};
};

Inflater::Inflater(Form form, std::uint64_t max_bytes) : form_(form), max_bytes_(max_bytes) {}
Inflater::~Inflater() = default;

std::string_view Inflater::name() const { return form_ == Form::gzip ? "gzip" : "deflate"; }

/// Makes the stream once it is known of which kind; `bytes` then begin with those held back.
bool Inflater::start(std::string_view& bytes) {
  if (stream_) return true;
  if (form_ == Form::gzip) {
    stream_ = std::make_unique<Stream>(kGzipBits);
    return true;
  }
  first_bytes_.append(bytes);
  bytes = first_bytes_;
  if (bytes.size() < 2) return false;
  stream_ = std::make_unique<Stream>(is_zlib_header(bytes) ? kZlibBits : kRawBits);
  return true;
}

std::optional<Refusal> Inflater::broken() const {
  const char* reason = stream_->z.msg;
  return Refusal{400,
                 fmt::format("body is not valid {}: {}", name(),
                             reason != nullptr ? reason : "it needs a dictionary"),
                 {}};
}

std::optional<Refusal> Inflater::add(std::string_view bytes, std::string& out) {
  if (bytes.empty() || !start(bytes)) return std::nullopt;
  auto refusal = inflate_all(bytes, out);
  first_bytes_.clear();
  return refusal;
}

std::optional<Refusal> Inflater::inflate_all(std::string_view bytes, std::string& out) {
  z_stream& z = stream_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  std::array<char, kPieceBytes> piece;  // NOLINT(*-member-init): zlib fills it
  do {
    if (ended_) {
      if (form_ == Form::deflate)
        return Refusal{400, "body goes on behind the end of its deflate stream", {}};
      inflateReset(&z);
      ended_ = false;
    }
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = static_cast<uInt>(piece.size());
    const int status = inflate(&z, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return broken();
    const std::size_t made = piece.size() - z.avail_out;
    if (made > max_bytes_ - out.size())
      return Refusal{413,
                     fmt::format("body of {} or more bytes after {} is larger than the limit of {} "
                                 "bytes (max_decompressed_bytes)",
                                 out.size() + made, name(), max_bytes_),
                     {}};
    out.append(piece.data(), made);
    ended_ = status == Z_STREAM_END;
  } while (z.avail_in != 0 || (z.avail_out == 0 && !ended_));
  return std::nullopt;
}

std::optional<Refusal> Inflater::finish() const {
  const bool nothing = !stream_ && first_bytes_.empty();
  if (nothing || ended_) return std::nullopt;
  return Refusal{400, fmt::format("body ends before its {} stream does", name()), {}};
}

}  // namespace glowplug::front::http
