#pragma once

namespace glowplug::front::http {

/// zlib's `windowBits`: which wrapper is around a deflate stream (zlib.h, inflateInit2).
inline constexpr int kZlibBits = 15;
inline constexpr int kGzipBits = 15 + 16;

}  // namespace glowplug::front::http
