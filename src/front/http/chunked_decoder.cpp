#include "front/http/chunked_decoder.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <utility>

#include "base/check.h"
#include "front/http/request_rules.h"

namespace glowplug::front::http {
namespace {

namespace beast = boost::beast;
using ErrorCode = boost::system::error_code;

/// The shortest rest of a chunked body, "0\r\n\r\n". Beast 1.81 asserts on fewer bytes when a last
/// chunk comes in pieces.
constexpr std::size_t kShortestEnd = 5;
/// Brings Beast's parser to the beginning of a chunked body.
constexpr std::string_view kHead = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

class ChunkedDecoder::Grammar : public beast::http::basic_parser<true> {
 public:
  explicit Grammar(RequestBody& body) : body_(body) {
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
    ErrorCode error;
    put({kHead.data(), kHead.size()}, error);
    GLOWPLUG_CHECK(!error);
  }

  std::optional<Refusal> refusal;
  std::uint64_t left_of_chunk = 0;

 private:
  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int,
                       ErrorCode&) override {}
  void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}
  void on_field_impl(beast::http::field, beast::string_view, beast::string_view,
                     ErrorCode&) override {}
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(beast::string_view bytes, ErrorCode&) override { return bytes.size(); }
  void on_chunk_header_impl(std::uint64_t size, beast::string_view, ErrorCode& error) override {
    left_of_chunk = size;
    refuse_with(body_.check_room(size), error);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes,
                                 ErrorCode& error) override {
    left_of_chunk -= bytes.size();
    refuse_with(body_.add({bytes.data(), bytes.size()}), error);
    return bytes.size();
  }
  void on_finish_impl(ErrorCode&) override {}

  void refuse_with(std::optional<Refusal> why, ErrorCode& error) {
    if (!why) return;
    refusal = std::move(why);
    error = beast::http::error::body_limit;
  }

  RequestBody& body_;
};

ChunkedDecoder::ChunkedDecoder(const HttpLimits& limits, RequestBody& body)
    : limits_(limits), grammar_(std::make_unique<Grammar>(body)) {}
ChunkedDecoder::~ChunkedDecoder() = default;

std::size_t ChunkedDecoder::consume(std::string_view bytes, std::optional<Refusal>& refusal) {
  std::size_t used = 0;
  while (!grammar_->is_done()) {
    const bool is_data = grammar_->left_of_chunk != 0;
    // Of a chunk's header or the trailers no more than the limit, however much has come at once.
    const std::string_view rest =
        bytes.substr(used, is_data ? std::string_view::npos : limits_.max_header_bytes);
    if (rest.size() < (is_data ? 1 : kShortestEnd)) break;
    ErrorCode error;
    used += grammar_->put({rest.data(), rest.size()}, error);
    if (error == beast::http::error::need_more) break;
    if (!error) continue;
    refusal = std::move(grammar_->refusal);
    if (!refusal)
      refusal = Refusal{400,
                        fmt::format("chunked body is broken at {} ({})",
                                    excerpt(rest.substr(0, 32)), error.message()),
                        {}};
    break;
  }
  return used;
}

ChunkedDecoder::Fed ChunkedDecoder::feed(std::string_view bytes) {
  const std::size_t held = partial_.size();
  partial_.append(held != 0 ? bytes : std::string_view());
  const std::string_view input = held != 0 ? std::string_view(partial_) : bytes;
  Fed fed;
  const std::size_t used = consume(input, fed.refusal);
  fed.done = grammar_->is_done() && !fed.refusal;
  if (fed.done || fed.refusal) {
    fed.used = used > held ? used - held : 0;
    return fed;
  }
  fed.used = bytes.size();
  std::string rest(input.substr(used));
  if (rest.size() > limits_.max_header_bytes)
    fed.refusal = Refusal{
        431,
        fmt::format(
            "header of a chunk, or trailer fields, of more than {} bytes (max_header_bytes)",
            limits_.max_header_bytes),
        {}};
  partial_ = std::move(rest);
  return fed;
}

}  // namespace glowplug::front::http
