#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glowplug::handler::text {

/// The precompiled_charsmap of a SentencePiece model: u32 size of a double array (darts-clone), its
/// units, then the replacements, each ended by a zero byte. Applied as the crate `spm_precompiled`
/// does, by grapheme clusters. Does not own the bytes; whatever they hold, nothing outside is read.
class Charsmap {
 public:
  explicit Charsmap(std::string_view bytes);
  /// Whether the bytes have that form and their replacements are UTF-8.
  [[nodiscard]] bool sound() const;
  /// `origin`: see origin.h.
  [[nodiscard]] std::string apply(std::string_view text, std::size_t& origin) const;

 private:
  [[nodiscard]] std::optional<std::string_view> replacement(std::string_view part) const;
  [[nodiscard]] std::uint32_t unit(std::size_t index) const;
  std::string_view units_, replacements_;
  bool complete_ = false;
};

}  // namespace glowplug::handler::text
