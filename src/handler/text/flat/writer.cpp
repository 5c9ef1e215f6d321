#include "handler/text/flat/writer.h"

#include <algorithm>
#include <limits>

namespace glowplug::handler::text::flat {
namespace {

std::size_t to_multiple_of_8(std::size_t size) { return (size + 7) / 8 * 8; }

Extent append_bytes(std::vector<std::byte>& to, std::string_view bytes) {
  const auto at = static_cast<std::uint32_t>(to.size());
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  to.insert(to.end(), data, data + bytes.size());
  return {at, static_cast<std::uint32_t>(bytes.size())};
}

}  // namespace

Writer::Writer() {
  header_.magic = kMagic;
  header_.version = kVersion;
  header_.model.unknown_id = kNone;
  header_.model_max_length = kNone;
  header_.padding.fixed = kNone;
  std::fill(std::begin(header_.model.byte_ids), std::end(header_.model.byte_ids), kNone);
}

StringRef Writer::add_string(std::string_view text) {
  const auto known = strings_.find(text);
  if (known != strings_.end()) return known->second;
  const StringRef ref = append_bytes(sections_[static_cast<std::uint32_t>(Section::strings)], text);
  strings_.emplace(text, ref);
  return ref;
}

Extent Writer::add_charsmap(std::string_view bytes) {
  return append_bytes(sections_[static_cast<std::uint32_t>(Section::charsmaps)], bytes);
}

Result<std::vector<std::byte>> Writer::finish() const {
  std::size_t size = sizeof(Header);
  for (const auto& section : sections_) size += to_multiple_of_8(section.size());
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    return Error{Code::too_large, "a tokenizer file of 4 GiB or more", {}};
  }
  Header header = header_;
  header.size = size;
  std::vector<std::byte> file(size);
  std::size_t at = sizeof(Header);
  for (std::uint32_t i = 0; i < kSections; ++i) {
    const auto& section = sections_[i];
    header.sections[i] = {static_cast<std::uint32_t>(at),
                          static_cast<std::uint32_t>(section.size())};
    if (!section.empty()) std::memcpy(file.data() + at, section.data(), section.size());
    at += to_multiple_of_8(section.size());
  }
  std::memcpy(file.data(), &header, sizeof(header));
  return file;
}

}  // namespace glowplug::handler::text::flat
