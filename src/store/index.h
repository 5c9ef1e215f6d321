#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "store/store.h"

/// Questions to the index and changes of single rows, inside a Transaction of the caller.
namespace glowplug::store::index {

[[nodiscard]] Result<std::vector<Function>> functions(Database& database);
/// Errors: not_found, with "did you mean".
[[nodiscard]] Result<Function> function(Database& database, std::string_view name);
[[nodiscard]] Result<std::optional<Function>> find_function(Database& database,
                                                            std::string_view name);
/// The version with that number or alias. Errors: not_found, with what there is.
[[nodiscard]] Result<Version> version(const Function& function, std::string_view reference);
[[nodiscard]] Result<std::set<std::string>> digests(Database& database);
[[nodiscard]] Result<std::vector<HistoryEntry>> history(Database& database,
                                                        std::optional<std::string_view> function);

/// Makes the function if it is not there; returns the number of the new version.
[[nodiscard]] Result<std::string> insert_version(Database& database, std::string_view function,
                                                 std::string_view digest);
[[nodiscard]] Result<void> put_alias(Database& database, std::string_view function,
                                     std::string_view alias, std::string_view version);
[[nodiscard]] Result<void> put_settings(Database& database, std::string_view function,
                                        const GivenSettings& settings);
[[nodiscard]] Result<void> delete_alias(Database& database, std::string_view function,
                                        std::string_view alias);
[[nodiscard]] Result<void> delete_version(Database& database, std::string_view function,
                                          std::string_view version);
[[nodiscard]] Result<void> delete_function(Database& database, std::string_view function);
[[nodiscard]] Result<void> note(Database& database, std::string_view function,
                                std::string_view event, std::string_view detail);

/// Whether a reference is a version's number and no alias.
[[nodiscard]] bool is_version_number(std::string_view reference);

}  // namespace glowplug::store::index
