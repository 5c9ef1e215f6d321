#include "handler/image/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "handler/image/codecs.h"

namespace glowplug::handler::image {
namespace {

bool has_at(Bytes file, std::size_t at, std::string_view text) {
  return file.size() >= at + text.size() &&
         std::memcmp(file.data() + at, text.data(), text.size()) == 0;
}

Result<Image> decode_kind(Kind kind, Bytes file, const DecodeLimits& limits,
                          const DecodeRules& rules) {
  switch (kind) {
    case Kind::jpeg:
      return decode_jpeg(file, limits);
    case Kind::png:
      return decode_png(file, limits, rules);
    case Kind::webp:
      return decode_webp(file, limits);
    case Kind::bmp:
      return decode_bmp(file, limits);
    case Kind::gif:
      break;
  }
  return decode_gif(file, limits);
}

std::string first_bytes(Bytes file) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(file.size(), 8); ++i)
    text += fmt::format("{}{:02x}", i == 0 ? "" : " ", byte_at(file, i));
  return text;
}

}  // namespace

std::optional<Kind> kind_of(Bytes file) {
  if (has_at(file, 0, "\xff\xd8\xff")) return Kind::jpeg;
  if (has_at(file, 0, "\x89PNG\r\n\x1a\n")) return Kind::png;
  if (has_at(file, 0, "RIFF") && has_at(file, 8, "WEBP")) return Kind::webp;
  if (has_at(file, 0, "GIF87a") || has_at(file, 0, "GIF89a")) return Kind::gif;
  if (has_at(file, 0, "BM")) return Kind::bmp;
  return std::nullopt;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::jpeg:
      return "JPEG";
    case Kind::png:
      return "PNG";
    case Kind::webp:
      return "WebP";
    case Kind::bmp:
      return "BMP";
    case Kind::gif:
      break;
  }
  return "GIF";
}

Result<void> check_size(std::uint64_t width, std::uint64_t height, const DecodeLimits& limits) {
  if (width == 0 || height == 0)
    return invalid_argument(fmt::format("it says it has {}x{} pixels", width, height));
  if (std::max(width, height) > limits.max_side) {
    return Error{Code::too_large,
                 fmt::format("{}x{} pixels: a side is more than max_side, {}", width, height,
                             limits.max_side),
                 {}};
  }
  if (width > limits.max_pixels / height) {
    return Error{
        Code::too_large,
        fmt::format("{}x{} pixels are more than max_pixels, {}", width, height, limits.max_pixels),
        {}};
  }
  return {};
}

Result<Image> decode(Bytes file, const DecodeLimits& limits, const DecodeRules& rules) {
  if (file.empty()) return invalid_argument("no picture: there are no bytes");
  const std::optional<Kind> kind = kind_of(file);
  if (!kind) {
    return invalid_argument(
        fmt::format("not a picture of a known kind (JPEG, PNG, WebP, BMP, GIF): it begins with {}",
                    first_bytes(file)));
  }
  auto image = decode_kind(*kind, file, limits, rules);
  if (!image) return std::move(image).error().in(name_of(*kind));
  return image;
}

}  // namespace glowplug::handler::image
