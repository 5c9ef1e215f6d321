#include "front/http/request_body.h"

#include <fmt/format.h>

#include <algorithm>

namespace glowplug::front::http {
namespace {

constexpr std::size_t kSpareBytes = 64;  // what JSON parsers read beyond the end
/// Memory that a client gets for an announcement alone.
constexpr std::size_t kTrustedBytes = std::size_t{1} << 20;

}  // namespace

void RequestBody::begin(const RequestFraming& framing) {
  using Coding = RequestFraming::Coding;
  body_ = std::make_unique<std::string>();
  inflater_.reset();
  received_ = 0;
  announced_ = static_cast<std::size_t>(framing.content_length);
  if (framing.has_body() && framing.coding != Coding::identity) {
    inflater_ = std::make_unique<Inflater>(
        framing.coding == Coding::gzip ? Inflater::Form::gzip : Inflater::Form::deflate,
        limits_.max_decompressed_bytes);
  }
  body_->reserve(std::min(announced_, kTrustedBytes) + kSpareBytes);
}

/// Past the trusted bytes the client has shown that it sends them: the whole body gets its memory.
void RequestBody::make_room(std::size_t more) {
  const std::size_t needed = body_->size() + more + kSpareBytes;
  if (needed <= body_->capacity()) return;
  body_->reserve(std::max({needed, announced_ + kSpareBytes, 2 * body_->capacity()}));
}

std::optional<Refusal> RequestBody::check_room(std::uint64_t more) const {
  if (more <= limits_.max_body_bytes - received_) return std::nullopt;
  return Refusal{
      413,
      fmt::format("body of {} bytes or more is larger than the limit of {} bytes (max_body)",
                  more > UINT64_MAX - received_ ? UINT64_MAX : received_ + more,
                  limits_.max_body_bytes),
      {}};
}

std::optional<Refusal> RequestBody::add(std::string_view bytes) {
  if (auto full = check_room(bytes.size())) return full;
  received_ += bytes.size();
  if (inflater_) return inflater_->add(bytes, *body_);
  make_room(bytes.size());
  body_->append(bytes);
  return std::nullopt;
}

std::optional<Refusal> RequestBody::finish() {
  if (inflater_) {
    if (auto cut_off = inflater_->finish()) return cut_off;
    inflater_.reset();
  }
  body_->reserve(body_->size() + kSpareBytes);
  return std::nullopt;
}

}  // namespace glowplug::front::http
