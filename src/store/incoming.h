#pragma once
#include <filesystem>
#include <utility>

#include "base/fd.h"
#include "base/result.h"

namespace glowplug::store {

/// A folder in HOME/incoming/ for work that is not finished. This process holds a lock on it for as
/// long as the object lives, which is how others know it from what a dead process left. Removed
/// with all it holds when destroyed.
class Incoming {
 public:
  [[nodiscard]] static Result<Incoming> create(const std::filesystem::path& home);
  Incoming(Incoming&& other) noexcept
      : folder_(std::exchange(other.folder_, {})), lock_(std::move(other.lock_)) {}
  Incoming& operator=(Incoming&&) = delete;
  ~Incoming();
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  Incoming(std::filesystem::path folder, UniqueFd lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::filesystem::path folder_;
  UniqueFd lock_;
};

/// Removes what dead processes left in HOME/incoming/. The caller holds the exclusive lock on
/// `home`, under which folders there are made and locked.
[[nodiscard]] Result<void> clear_incoming(const std::filesystem::path& home);

}  // namespace glowplug::store
