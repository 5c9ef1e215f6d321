#pragma once
#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"
#include "store/database.h"

namespace glowplug::store {

/// One step forward: what turns an index of schema `to` - 1 into one of `to`.
struct Migration {
  int to = 0;
  const char* sql = "";
};
/// From an empty file (schema 0) to the newest schema, one step a number.
[[nodiscard]] std::span<const Migration> migrations();

/// Brings the index in `file`, opened for writing as `database`, to the newest schema of `steps`:
/// in one transaction, after a copy was kept beside it as "FILE.schema-N" (not of an empty file).
/// Two processes at once are safe. Errors: failed_precondition (a newer schema, or no index of
/// ours), those of Database; the index is as it was then.
[[nodiscard]] Result<void> migrate(Database& database, const std::filesystem::path& file,
                                   std::span<const Migration> steps);
/// Errors: failed_precondition unless the index has exactly the newest schema of `steps`: for those
/// who may only read.
[[nodiscard]] Result<void> check_schema(Database& database, const std::filesystem::path& file,
                                        std::span<const Migration> steps);

}  // namespace glowplug::store
