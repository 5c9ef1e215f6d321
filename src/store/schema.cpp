#include "store/schema.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/file.h"

namespace glowplug::store {
namespace {

/// PRAGMA application_id: "GLOW". Tells our index from any other SQLite file.
constexpr std::int64_t kApplicationId = 0x474C4F57;

constexpr std::array<Migration, 1> kMigrations = {{{1, R"(
  CREATE TABLE functions(
    name TEXT PRIMARY KEY NOT NULL,
    settings TEXT NOT NULL,              -- JSON object of texts
    next_version INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE versions(
    function TEXT NOT NULL REFERENCES functions(name),
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    added_ms INTEGER NOT NULL,           -- since 1970, UTC
    PRIMARY KEY (function, version),
    UNIQUE (function, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX versions_by_digest ON versions(digest);
  CREATE TABLE aliases(
    function TEXT NOT NULL,
    alias TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (function, alias),
    FOREIGN KEY (function, version) REFERENCES versions(function, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE history(
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    function TEXT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_by_function ON history(function, id);
)"}}};

Result<std::int64_t> number(Database& database, const char* sql) {
  GLOWPLUG_ASSIGN(Statement statement, database.query(sql));
  GLOWPLUG_TRY(statement.step());
  return statement.integer(0);
}

struct State {
  std::int64_t schema = 0;
  bool is_empty = false;  ///< a file that was just made
};

Result<State> state_of(Database& database, const std::filesystem::path& file) {
  State state;
  GLOWPLUG_ASSIGN(const std::int64_t tables,
                  number(database, "SELECT count(*) FROM sqlite_schema"));
  GLOWPLUG_ASSIGN(const std::int64_t application, number(database, "PRAGMA application_id"));
  GLOWPLUG_ASSIGN(state.schema, number(database, "PRAGMA user_version"));
  state.is_empty = tables == 0 && application == 0 && state.schema == 0;
  if (!state.is_empty && application != kApplicationId)
    return Error{Code::failed_precondition,
                 fmt::format("{} is an SQLite file of another program", file.string()),
                 "choose another folder with GLOWPLUG_HOME"};
  return state;
}

Error newer(const std::filesystem::path& file, std::int64_t schema, int newest) {
  return Error{Code::failed_precondition,
               fmt::format("{} has schema {}; this program reads schema {} and older",
                           file.string(), schema, newest),
               "update glowplug"};
}

/// By a connection of its own, which sees what was last committed; the caller's transaction keeps
/// others from writing meanwhile.
Result<void> keep_copy(const std::filesystem::path& file, std::int64_t schema) {
  const std::string copy = fmt::format("{}.schema-{}", file.string(), schema);
  const std::string unfinished = copy + ".new";
  ::unlink(unfinished.c_str());  // left by a process that died here
  GLOWPLUG_ASSIGN(Database reader, Database::open(file, Database::Access::read));
  GLOWPLUG_TRY(reader.run("VACUUM INTO ?", unfinished));
  GLOWPLUG_TRY(sync_path(unfinished));
  if (::rename(unfinished.c_str(), copy.c_str()) != 0)
    return system_error("rename to " + copy, errno);
  return sync_path(file.parent_path());
}

Result<void> run_steps(Database& database, std::int64_t from, std::span<const Migration> steps) {
  for (const Migration& step : steps) {
    if (step.to <= from) continue;
    auto done = database.execute(step.sql);
    if (!done) return std::move(done).error().in(fmt::format("to schema {}", step.to));
  }
  return database.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}",
                                      kApplicationId, steps.back().to)
                              .c_str());
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<void> migrate(Database& database, const std::filesystem::path& file,
                     std::span<const Migration> steps) {
  const int newest = steps.back().to;
  GLOWPLUG_ASSIGN(const State seen, state_of(database, file));
  if (seen.schema == newest) return {};
  GLOWPLUG_ASSIGN(Transaction transaction, Transaction::begin(database));
  GLOWPLUG_ASSIGN(const State state, state_of(database, file));  // another may have been faster
  if (state.schema > newest) return newer(file, state.schema, newest);
  if (state.schema == newest) return {};
  if (!state.is_empty) GLOWPLUG_TRY(keep_copy(file, state.schema));
  GLOWPLUG_TRY(run_steps(database, state.schema, steps));
  return transaction.commit();
}

Result<void> check_schema(Database& database, const std::filesystem::path& file,
                          std::span<const Migration> steps) {
  const int newest = steps.back().to;
  GLOWPLUG_ASSIGN(const State state, state_of(database, file));
  if (state.schema > newest) return newer(file, state.schema, newest);
  if (state.schema == newest && !state.is_empty) return {};
  return Error{
      Code::failed_precondition,
      fmt::format("{} has schema {} and cannot be brought to schema {}: it may only be read",
                  file.string(), state.schema, newest),
      "run glowplug functions once as a user who may write there"};
}

}  // namespace glowplug::store
