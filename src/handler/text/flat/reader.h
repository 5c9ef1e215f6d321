#pragma once
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/result.h"
#include "handler/text/flat/format.h"

namespace glowplug::handler::text::flat {

/// Records of one section, copied out one by one.
template <class Record>
class Records {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  Records() = default;
  explicit Records(std::span<const std::byte> bytes)
      : data_(bytes.data()), size_(bytes.size() / sizeof(Record)) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// `index` is below size().
  [[nodiscard]] Record operator[](std::size_t index) const {
    Record record;
    std::memcpy(&record, data_ + index * sizeof(Record), sizeof(Record));
    return record;
  }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A flat file whose header and sections are inside the bytes; does not own them.
class File {
 public:
  /// Errors: invalid_argument (not such a file, another version, cut off, sections outside).
  [[nodiscard]] static Result<File> open(std::span<const std::byte> bytes);

  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] std::span<const std::byte> section(Section section) const;
  template <class Record>
  [[nodiscard]] Records<Record> records(Section which) const {
    return Records<Record>(section(which));
  }
  /// Errors: invalid_argument (outside its section, or not UTF-8).
  [[nodiscard]] Result<std::string_view> string(StringRef ref) const;
  [[nodiscard]] Result<std::span<const std::byte>> bytes(Section section, Extent extent) const;

 private:
  File(std::span<const std::byte> bytes, const Header& header) : bytes_(bytes), header_(header) {}
  std::span<const std::byte> bytes_;
  Header header_;
};

/// A double array in a flat file. Walking it stays inside, whatever it holds.
class Trie {
 public:
  Trie() = default;
  explicit Trie(Records<TrieUnit> units) : units_(units) {}
  [[nodiscard]] bool empty() const { return units_.empty(); }

  /// A place in the trie.
  struct State {
    std::uint32_t base = 0;
    std::uint32_t value = 0;  ///< as in TrieUnit
    [[nodiscard]] bool has_value() const { return value >= 2; }
    [[nodiscard]] std::uint32_t id() const { return value - 2; }
  };
  /// Before the first byte; nullopt in an empty trie.
  [[nodiscard]] std::optional<State> root() const {
    if (units_.empty()) return std::nullopt;
    const TrieUnit unit = units_[0];
    return State{unit.base_and_label >> 8, unit.value};
  }
  /// Goes on by one byte; false, with `state` as it was, where no key does.
  [[nodiscard]] bool step(State& state, char byte) const {
    const auto label = static_cast<unsigned char>(byte);
    const std::size_t at = state.base ^ label;
    if (state.base == 0 || at >= units_.size()) return false;
    const TrieUnit unit = units_[at];
    if ((unit.base_and_label & 0xFF) != label || unit.value == 0) return false;
    state = {unit.base_and_label >> 8, unit.value};
    return true;
  }
  [[nodiscard]] bool walk(State& state, std::string_view bytes) const {
    for (const char byte : bytes) {
      if (!step(state, byte)) return false;
    }
    return true;
  }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view key) const {
    auto state = root();
    if (!state || !walk(*state, key) || !state->has_value()) return std::nullopt;
    return state->id();
  }

 private:
  Records<TrieUnit> units_;
};

}  // namespace glowplug::handler::text::flat
