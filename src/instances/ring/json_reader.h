#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace glowplug::instances {

/// Reads the keys of one flat JSON object into variables. Every key read must be there with the
/// right type, and none else may be: `finish` gives the first error, naming the key.
class JsonReader {
 public:
  /// `what` begins the error texts: "start message".
  JsonReader(const Json& json, std::string_view what);

  void read(std::string_view key, std::string& into);
  void read(std::string_view key, bool& into);
  void read(std::string_view key, int& into);
  void read(std::string_view key, std::int64_t& into);
  void read(std::string_view key, std::uint32_t& into);
  void read(std::string_view key, std::uint64_t& into);
  void read(std::string_view key, std::vector<std::string>& into);
  void read(std::string_view key, std::map<std::string, std::string>& into);
  /// A key whose value the caller reads; null if it is missing.
  [[nodiscard]] const Json& value(std::string_view key);
  [[nodiscard]] Result<void> finish();

 private:
  template <class Number>
  void read_number(std::string_view key, Number& into);
  void fail(std::string text);
  const Json& json_;
  std::string what_;
  std::set<std::string, std::less<>> seen_;
  Result<void> outcome_;
};

}  // namespace glowplug::instances
