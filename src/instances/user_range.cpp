#include "instances/user_range.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "base/file.h"

namespace glowplug::instances {
namespace {

/// FNV-1a: the same on every machine and in every release, unlike std::hash.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

Result<std::uint32_t> UserRange::user_for(std::string_view function) {
  if (const auto known = users_.find(function); known != users_.end()) return known->second;
  if (users_.size() >= count_)
    return Error{Code::exhausted,
                 fmt::format("no user is left for function {}: {} functions have one each",
                             function, count_),
                 {}};
  const auto taken = [this](std::uint32_t user) {
    return std::any_of(users_.begin(), users_.end(),
                       [user](const auto& entry) { return entry.second == user; });
  };
  auto offset = static_cast<std::uint32_t>(hash_of(function) % count_);
  while (taken(first_ + offset)) offset = (offset + 1) % count_;
  users_.emplace(function, first_ + offset);
  return first_ + offset;
}

/// Lines of uid_map: first id inside, first id outside, count (user_namespaces(7)).
bool UserRange::usable(const std::filesystem::path& uid_map) const {
  if (::geteuid() != 0) return false;
  const auto text = read_file(uid_map);
  if (!text) return false;
  std::istringstream lines(*text);
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  while (lines >> inside >> outside >> count) {
    if (inside <= first_ && std::uint64_t{first_} + count_ <= inside + count) return true;
  }
  return false;
}

}  // namespace glowplug::instances
