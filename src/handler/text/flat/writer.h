#pragma once
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "handler/text/flat/format.h"

namespace glowplug::handler::text::flat {

/// Gathers what a flat file holds. Same calls, same bytes.
class Writer {
 public:
  Writer();
  [[nodiscard]] Header& header() { return header_; }
  /// Where these bytes will stand; equal ones stand there once.
  [[nodiscard]] StringRef add_string(std::string_view text);
  /// Appends to Section::charsmaps.
  [[nodiscard]] Extent add_charsmap(std::string_view bytes);
  /// What one section holds, anew.
  template <class Record>
  void set(Section section, std::span<const Record> records) {
    static_assert(std::is_trivially_copyable_v<Record>);
    auto& bytes = sections_[static_cast<std::uint32_t>(section)];
    bytes.resize(records.size_bytes());
    if (!bytes.empty()) std::memcpy(bytes.data(), records.data(), bytes.size());
  }
  template <class Record>
  void append(Section section, const Record& record) {
    static_assert(std::is_trivially_copyable_v<Record>);
    auto& bytes = sections_[static_cast<std::uint32_t>(section)];
    bytes.resize(bytes.size() + sizeof(Record));
    std::memcpy(bytes.data() + bytes.size() - sizeof(Record), &record, sizeof(Record));
  }
  /// The file as it is so far. Errors: too_large (4 GiB and more).
  [[nodiscard]] Result<std::vector<std::byte>> finish() const;

 private:
  Header header_{};
  std::vector<std::byte> sections_[kSections];
  std::map<std::string, StringRef, std::less<>> strings_;
};

}  // namespace glowplug::handler::text::flat
