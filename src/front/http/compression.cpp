#include "front/http/compression.h"

#include <zlib.h>

#include <charconv>
#include <string>

#include "base/check.h"
#include "front/http/window_bits.h"

namespace glowplug::front::http {
namespace {

constexpr int kLevel = 1;  // tensors hardly shrink further, and each level costs

/// One member of an Accept-Encoding list.
struct Offer {
  std::string_view coding;
  double weight = 1;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The text before `mark`, trimmed; `text` goes on behind it.
std::string_view take_until(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  const std::string_view before = trimmed(text.substr(0, end));
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return before;
}

/// RFC 9110 section 12.4.2; a weight that is none counts as 0.
double weight_of(std::string_view parameter) {
  const std::string_view name = take_until(parameter, '=');
  if (!equal_ignoring_case(name, "q")) return 1;
  const std::string_view digits = trimmed(parameter);
  double weight = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), weight,
                                      std::chars_format::fixed);
  const bool valid = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size() &&
                     weight >= 0 && weight <= 1;
  return valid ? weight : 0;
}

Offer take_offer(std::string_view& list) {
  std::string_view member = take_until(list, ',');
  Offer offer{take_until(member, ';')};
  if (!member.empty()) offer.weight = weight_of(member);
  return offer;
}

std::optional<ContentCoding> coding_named(std::string_view name) {
  if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip"))
    return ContentCoding::gzip;
  if (equal_ignoring_case(name, "deflate")) return ContentCoding::deflate;
  if (equal_ignoring_case(name, "identity")) return ContentCoding::identity;
  return std::nullopt;
}

class Deflater {
 public:
  Deflater(ContentCoding coding, std::size_t input_bytes) {
    const int bits = coding == ContentCoding::gzip ? kGzipBits : kZlibBits;
    constexpr int kDefaultMemory = 8;
    GLOWPLUG_CHECK(deflateInit2(&stream_, kLevel, Z_DEFLATED, bits, kDefaultMemory,
                                Z_DEFAULT_STRATEGY) == Z_OK);
    out_.resize(deflateBound(&stream_, input_bytes));
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void add(std::string_view bytes) { run(bytes, Z_NO_FLUSH); }
  std::string finish() {
    run({}, Z_FINISH);
    out_.resize(stream_.total_out);
    return std::move(out_);
  }

 private:
  /// zlib counts in 32 bits, so sizes above 4 GiB go in several calls.
  void run(std::string_view bytes, int flush) {
    constexpr std::size_t kMost = std::size_t{1} << 30;
    int status = Z_OK;
    do {
      const std::string_view now = bytes.substr(0, kMost);
      bytes.remove_prefix(now.size());
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(now.data()));
      stream_.avail_in = static_cast<uInt>(now.size());
      stream_.avail_out = static_cast<uInt>(std::min(kMost * 2, out_.size() - stream_.total_out));
      status = deflate(&stream_, flush);
      GLOWPLUG_CHECK(status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR);
    } while (!bytes.empty() || (flush == Z_FINISH && status != Z_STREAM_END));
  }

  z_stream stream_{};
  std::string out_;
};

std::string compressed(const HttpAnswer& answer, ContentCoding coding) {
  Deflater deflater(coding, answer.body_bytes());
  deflater.add(answer.body);
  for (const HttpBodyPiece& piece : answer.pieces) deflater.add(piece.bytes);
  return deflater.finish();
}

}  // namespace

std::string_view name_of(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::gzip:
      return "gzip";
    case ContentCoding::deflate:
      return "deflate";
    case ContentCoding::identity:
      break;
  }
  return "identity";
}

ContentCoding choose_coding(std::optional<std::string_view> accept_encoding) {
  std::string_view list = accept_encoding.value_or("");
  ContentCoding best = ContentCoding::identity;
  double best_weight = 0;
  while (!list.empty()) {
    const Offer offer = take_offer(list);
    const auto coding = coding_named(offer.coding);
    if (!coding || offer.weight <= best_weight) continue;
    best = *coding;
    best_weight = offer.weight;
  }
  return best;
}

bool refuses_identity(std::optional<std::string_view> accept_encoding) {
  std::string_view list = accept_encoding.value_or("");
  std::optional<double> identity;
  std::optional<double> any;
  while (!list.empty()) {
    const Offer offer = take_offer(list);
    if (equal_ignoring_case(offer.coding, "identity")) identity = offer.weight;
    if (offer.coding == "*") any = offer.weight;
  }
  return identity.value_or(any.value_or(1)) == 0;
}

void compress_answer(HttpAnswer& answer, std::optional<std::string_view> accept_encoding,
                     std::size_t min_bytes) {
  const ContentCoding coding = choose_coding(accept_encoding);
  answer.headers.emplace_back("Vary", "Accept-Encoding");
  if (coding == ContentCoding::identity) return;
  const bool must = refuses_identity(accept_encoding);
  if (!must && answer.body_bytes() < min_bytes) return;
  std::string body = compressed(answer, coding);
  if (!must && body.size() >= answer.body_bytes()) return;
  answer.body = std::move(body);
  answer.pieces.clear();
  answer.headers.emplace_back("Content-Encoding", name_of(coding));
}

}  // namespace glowplug::front::http
