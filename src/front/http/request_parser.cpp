#include "front/http/request_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "front/http/head_refusals.h"

namespace glowplug::front::http {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kKeptCapacity = 1024;  // of a buffer between requests

/// Bytes of empty lines before a request, which RFC 9112 section 2.2 has a server ignore.
std::size_t empty_lines(std::string_view bytes) {
  std::size_t length = 0;
  while (bytes.substr(length, kLineEnd.size()) == kLineEnd) length += kLineEnd.size();
  return length;
}

}  // namespace

RequestParser::Fed RequestParser::feed(std::string_view bytes) {
  return phase_ == Phase::body ? feed_body(bytes) : feed_head(bytes);
}

RequestParser::Fed RequestParser::feed_head(std::string_view bytes) {
  if (partial_ == "\r" && bytes.starts_with('\n')) return end_empty_line(bytes);
  if (!partial_.empty()) return gather_head(bytes);
  const std::size_t skipped = empty_lines(bytes);
  const std::string_view input = bytes.substr(skipped);
  if (input.empty()) return {Step::need_more, skipped};
  phase_ = Phase::head;
  const std::size_t end = input.substr(0, limits_.max_header_bytes).find(kHeadEnd);
  if (end == std::string_view::npos) {
    Fed fed = gather_head(input);
    fed.used += skipped;
    return fed;
  }
  const std::size_t size = end + kHeadEnd.size();
  return begin_request(input.substr(0, size), skipped + size);
}

/// Of an empty line that comes in two pieces.
RequestParser::Fed RequestParser::end_empty_line(std::string_view bytes) {
  partial_.clear();
  phase_ = Phase::idle;
  Fed fed = feed_head(bytes.substr(1));
  ++fed.used;
  return fed;
}

/// The way of a head that comes in pieces.
RequestParser::Fed RequestParser::gather_head(std::string_view bytes) {
  const std::size_t held = partial_.size();
  const std::size_t room = limits_.max_header_bytes + 1 - std::min(held, limits_.max_header_bytes);
  const std::string_view taken = bytes.substr(0, room);
  partial_.append(taken);
  const std::size_t end = std::string_view(partial_)
                              .substr(0, limits_.max_header_bytes)
                              .find(kHeadEnd, held < 3 ? 0 : held - 3);
  if (end != std::string_view::npos) {
    const std::size_t size = end + kHeadEnd.size();
    return begin_request(std::string_view(partial_).substr(0, size), size - held);
  }
  if (partial_.size() > limits_.max_header_bytes)
    return refuse(head_too_large(partial_, limits_), taken.size());
  const bool worth_a_look = held == 0 || taken.find('\n') != std::string_view::npos;
  if (worth_a_look && partial_ != "\r") {
    if (auto wrong = check_unfinished_head(partial_, limits_))
      return refuse(*std::move(wrong), taken.size());
  }
  return {Step::need_more, bytes.size()};
}

RequestParser::Fed RequestParser::begin_request(std::string_view head_bytes, std::size_t used) {
  std::unique_ptr<char[]> copy(new char[head_bytes.size()]);  // NOLINT: not set to zero first
  std::memcpy(copy.get(), head_bytes.data(), head_bytes.size());
  const std::size_t size = head_bytes.size();
  partial_.clear();
  if (partial_.capacity() > kKeptCapacity) partial_.shrink_to_fit();
  request_ = {};
  if (auto wrong = parse_head(std::move(copy), size, limits_, request_))
    return refuse(*std::move(wrong), used);
  body_.begin(request_.framing);
  if (request_.framing.chunked) chunks_.emplace(limits_, body_);
  phase_ = Phase::body;
  return {Step::head, used};
}

RequestParser::Fed RequestParser::feed_body(std::string_view bytes) {
  return chunks_ ? feed_chunked(bytes) : feed_sized(bytes);
}

RequestParser::Fed RequestParser::feed_sized(std::string_view bytes) {
  const std::uint64_t missing = request_.framing.content_length - body_.received_bytes();
  const std::string_view taken = bytes.substr(0, std::min<std::uint64_t>(missing, bytes.size()));
  if (!taken.empty()) {
    if (auto wrong = body_.add(taken)) return refuse(*std::move(wrong), taken.size());
  }
  if (taken.size() != missing) return {Step::need_more, taken.size()};
  return finish_body(taken.size());
}

RequestParser::Fed RequestParser::feed_chunked(std::string_view bytes) {
  ChunkedDecoder::Fed fed = chunks_->feed(bytes);
  if (auto wrong = std::move(fed.refusal)) return refuse(*std::move(wrong), fed.used);
  if (!fed.done) return {Step::need_more, fed.used};
  chunks_.reset();
  return finish_body(fed.used);
}

RequestParser::Fed RequestParser::finish_body(std::size_t used) {
  if (auto wrong = body_.finish()) return refuse(*std::move(wrong), used);
  return {Step::request, used};
}

RequestParser::Fed RequestParser::refuse(Refusal refusal, std::size_t used) {
  refusal_ = std::move(refusal);
  return {Step::refused, used};
}

HttpRequest RequestParser::take() {
  HttpRequest request;
  request.head = std::move(request_.head);
  request.received_bytes = body_.received_bytes();
  request.body = body_.take();
  phase_ = Phase::idle;
  return request;
}

std::string RequestParser::progress() const {
  if (phase_ != Phase::body)
    return fmt::format("the head of a request, after {} bytes", partial_.size());
  if (request_.framing.chunked)
    return fmt::format("a chunked body, after {} bytes of it", body_.received_bytes());
  return fmt::format("a body, after {} of {} bytes", body_.received_bytes(),
                     request_.framing.content_length);
}

Refusal RequestParser::cut_off() const {
  return {400, fmt::format("the client stopped sending within {}", progress()), {}};
}

Refusal RequestParser::too_slow() const {
  return {408, fmt::format("the client took too long within {}", progress()), {}};
}

}  // namespace glowplug::front::http
