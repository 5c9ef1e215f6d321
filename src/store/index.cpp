#include "store/index.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/json.h"
#include "base/nearest.h"

namespace glowplug::store::index {
namespace {

std::int64_t now_unix_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Numbers of versions are at most 18 digits: is_version_number.
std::int64_t number_of(std::string_view version) {
  std::int64_t number = 0;
  std::from_chars(version.data(), version.data() + version.size(), number);
  return number;
}

std::string settings_text(const GivenSettings& settings) { return Json(settings).dump(); }

Result<GivenSettings> settings_from(const std::string& function, const std::string& text) {
  GLOWPLUG_ASSIGN(const Json json, parse_json(text));
  GivenSettings settings;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string())
      return Error{
          Code::internal,
          fmt::format("the store's settings of \"{}\" are damaged at \"{}\"", function, key),
          {}};
    settings.emplace(key, value.get<std::string>());
  }
  return settings;
}

Result<std::vector<Version>> versions(Database& database, const std::string& function) {
  GLOWPLUG_ASSIGN(Statement rows,
                  database.query("SELECT version, digest, added_ms FROM versions WHERE function=? "
                                 "ORDER BY version",
                                 function));
  std::vector<Version> found;
  for (;;) {
    GLOWPLUG_ASSIGN(const bool has_row, rows.step());
    if (!has_row) return found;
    found.push_back({std::to_string(rows.integer(0)), rows.text(1), rows.integer(2)});
  }
}

Result<std::map<std::string, std::string>> aliases(Database& database,
                                                   const std::string& function) {
  GLOWPLUG_ASSIGN(Statement rows,
                  database.query("SELECT alias, version FROM aliases WHERE function=?", function));
  std::map<std::string, std::string> found;
  for (;;) {
    GLOWPLUG_ASSIGN(const bool has_row, rows.step());
    if (!has_row) return found;
    found.emplace(rows.text(0), std::to_string(rows.integer(1)));
  }
}

Result<std::vector<std::string>> names(Database& database) {
  GLOWPLUG_ASSIGN(Statement rows, database.query("SELECT name FROM functions ORDER BY name"));
  std::vector<std::string> found;
  for (;;) {
    GLOWPLUG_ASSIGN(const bool has_row, rows.step());
    if (!has_row) return found;
    found.push_back(rows.text(0));
  }
}

/// "; did you mean "iris"?", or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const auto near = nearest(word, candidates);
  return near ? fmt::format("; did you mean \"{}\"?", *near) : std::string();
}

}  // namespace

bool is_version_number(std::string_view reference) {
  return !reference.empty() && reference.size() <= 18 &&
         std::ranges::all_of(reference, [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::optional<Function>> find_function(Database& database, std::string_view name) {
  GLOWPLUG_ASSIGN(Statement row,
                  database.query("SELECT settings FROM functions WHERE name=?", name));
  GLOWPLUG_ASSIGN(const bool is_there, row.step());
  if (!is_there) return std::optional<Function>();
  Function function;
  function.name = name;
  GLOWPLUG_ASSIGN(function.settings, settings_from(function.name, row.text(0)));
  GLOWPLUG_ASSIGN(function.versions, versions(database, function.name));
  GLOWPLUG_ASSIGN(function.aliases, aliases(database, function.name));
  return std::optional<Function>(std::move(function));
}

Result<Function> function(Database& database, std::string_view name) {
  GLOWPLUG_ASSIGN(auto found, find_function(database, name));
  if (found) return *std::move(found);
  GLOWPLUG_ASSIGN(const auto known, names(database));
  return Error{Code::not_found,
               fmt::format("the store has no function \"{}\"{}", name, suggestion(name, known)),
               "glowplug functions lists those there are"};
}

Result<std::vector<Function>> functions(Database& database) {
  GLOWPLUG_ASSIGN(const auto known, names(database));
  std::vector<Function> found;
  found.reserve(known.size());
  for (const std::string& name : known) {
    GLOWPLUG_ASSIGN(auto one, function(database, name));
    found.push_back(std::move(one));
  }
  return found;
}

Result<Version> version(const Function& function, std::string_view reference) {
  const auto alias = function.aliases.find(std::string(reference));
  const std::string_view wanted = alias == function.aliases.end() ? reference : alias->second;
  const auto found = std::ranges::find(function.versions, wanted, &Version::version);
  if (found != function.versions.end()) return *found;
  std::vector<std::string> known;
  known.reserve(function.aliases.size() + function.versions.size());
  for (const auto& [name, number] : function.aliases) known.push_back(name);
  for (const Version& one : function.versions) known.push_back(one.version);
  return Error{Code::not_found,
               fmt::format("function \"{}\" has no version or alias \"{}\"; it has {}",
                           function.name, reference, fmt::join(known, ", ")),
               {}};
}

Result<std::set<std::string>> digests(Database& database) {
  GLOWPLUG_ASSIGN(Statement rows, database.query("SELECT DISTINCT digest FROM versions"));
  std::set<std::string> found;
  for (;;) {
    GLOWPLUG_ASSIGN(const bool has_row, rows.step());
    if (!has_row) return found;
    found.insert(rows.text(0));
  }
}

Result<std::vector<HistoryEntry>> history(Database& database,
                                          std::optional<std::string_view> function) {
  constexpr const char* kAll = "SELECT at_ms, function, event, detail FROM history ORDER BY id";
  constexpr const char* kOne =
      "SELECT at_ms, function, event, detail FROM history WHERE function=? ORDER BY id";
  GLOWPLUG_ASSIGN(Statement rows,
                  function ? database.query(kOne, *function) : database.query(kAll));
  std::vector<HistoryEntry> found;
  for (;;) {
    GLOWPLUG_ASSIGN(const bool has_row, rows.step());
    if (!has_row) return found;
    found.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3)});
  }
}

Result<std::string> insert_version(Database& database, std::string_view function,
                                   std::string_view digest) {
  GLOWPLUG_TRY(
      database.run("INSERT INTO functions(name, settings, next_version) VALUES(?, '{}', 1) ON "
                   "CONFLICT DO NOTHING",
                   function));
  std::int64_t number = 0;
  {
    GLOWPLUG_ASSIGN(Statement row,
                    database.query("SELECT next_version FROM functions WHERE name=?", function));
    GLOWPLUG_TRY(row.step());
    number = row.integer(0);
  }
  GLOWPLUG_TRY(
      database.run("UPDATE functions SET next_version=? WHERE name=?", number + 1, function));
  GLOWPLUG_TRY(
      database.run("INSERT INTO versions(function, version, digest, added_ms) VALUES(?, ?, ?, ?)",
                   function, number, digest, now_unix_ms()));
  return std::to_string(number);
}

Result<void> put_alias(Database& database, std::string_view function, std::string_view alias,
                       std::string_view version) {
  return database.run("INSERT OR REPLACE INTO aliases(function, alias, version) VALUES(?, ?, ?)",
                      function, alias, number_of(version));
}

Result<void> put_settings(Database& database, std::string_view function,
                          const GivenSettings& settings) {
  return database.run("UPDATE functions SET settings=? WHERE name=?", settings_text(settings),
                      function);
}

Result<void> delete_alias(Database& database, std::string_view function, std::string_view alias) {
  return database.run("DELETE FROM aliases WHERE function=? AND alias=?", function, alias);
}

Result<void> delete_version(Database& database, std::string_view function,
                            std::string_view version) {
  return database.run("DELETE FROM versions WHERE function=? AND version=?", function,
                      number_of(version));
}

Result<void> delete_function(Database& database, std::string_view function) {
  GLOWPLUG_TRY(database.run("DELETE FROM aliases WHERE function=?", function));
  GLOWPLUG_TRY(database.run("DELETE FROM versions WHERE function=?", function));
  return database.run("DELETE FROM functions WHERE name=?", function);
}

Result<void> note(Database& database, std::string_view function, std::string_view event,
                  std::string_view detail) {
  return database.run("INSERT INTO history(at_ms, function, event, detail) VALUES(?, ?, ?, ?)",
                      now_unix_ms(), function, event, detail);
}

}  // namespace glowplug::store::index
