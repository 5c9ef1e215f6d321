#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace glowplug::store {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

Code code_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::unavailable;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return Code::exhausted;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return Code::permission_denied;
    default:
      return Code::internal;
  }
}

Error error_of(sqlite3* connection, int result) {
  const char* file = connection == nullptr ? nullptr : sqlite3_db_filename(connection, "main");
  const char* text = connection == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(connection);
  Error error{code_of(result), fmt::format("index {}: {}", file == nullptr ? "" : file, text), {}};
  const int cause = connection == nullptr ? 0 : sqlite3_system_errno(connection);
  if (error.code == Code::exhausted || cause == ENOSPC || cause == EDQUOT) {
    error.code = Code::exhausted;
    error.message += ": no space left on its file system";
    error.fix = "make room there; `glowplug clean` removes the bundles that no function uses";
  }
  if (error.code == Code::unavailable) error.fix = "try again: another process is writing";
  return error;
}

/// "file:" URI of a path: SQLite takes parameters only there.
std::string uri_of(const std::filesystem::path& file, std::string_view parameters) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const bool is_special = c == '%' || c == '?' || c == '#';
    uri += is_special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return uri.append(parameters);
}

std::string location(const std::filesystem::path& file, Database::Access access) {
  return uri_of(file, access == Database::Access::snapshot ? "?immutable=1" : "");
}

/// The log and its index stay when the last process closes them. What they hold on the disk is then
/// room enough to read a store, and to remove functions, when the disk is full.
void keep_log_files(sqlite3* connection) {
  int keep = 1;
  GLOWPLUG_CHECK(sqlite3_file_control(connection, "main", SQLITE_FCNTL_PERSIST_WAL, &keep) ==
                 SQLITE_OK);
}

int flags_of(Database::Access access) {
  constexpr int kCommon = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  return access == Database::Access::write ? kCommon | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                           : kCommon | SQLITE_OPEN_READONLY;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }

void Statement::bind(int index, std::string_view value) {
  GLOWPLUG_CHECK(sqlite3_bind_text64(statement_.get(), index, value.data(), value.size(),
                                     SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK);
}
void Statement::bind(int index, std::int64_t value) {
  GLOWPLUG_CHECK(sqlite3_bind_int64(statement_.get(), index, value) == SQLITE_OK);
}

Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_.get()), result);
}

std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Result<Database> Database::open(const std::filesystem::path& file, Access access) {
  sqlite3* connection = nullptr;
  const int result =
      sqlite3_open_v2(location(file, access).c_str(), &connection, flags_of(access), nullptr);
  Database database(connection);  // SQLite gives one on failure too, which has to be closed
  if (result != SQLITE_OK) return error_of(connection, result).in(file.string());
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
  sqlite3_extended_result_codes(connection, 1);
  GLOWPLUG_TRY(database.execute("PRAGMA foreign_keys=ON"));
  if (access == Access::write) {
    keep_log_files(connection);
    GLOWPLUG_TRY(database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"));
  }
  return database;
}

Result<void> Database::execute(const char* sql) {
  const int result = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return error_of(connection_.get(), result);
  return {};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v2(connection_.get(), sql, -1, &statement, nullptr);
  if (result != SQLITE_OK) return error_of(connection_.get(), result);
  return Statement(statement);
}

std::int64_t Database::changed() const { return sqlite3_changes64(connection_.get()); }

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  GLOWPLUG_TRY(database.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(database);
}

Result<void> Transaction::commit() {
  GLOWPLUG_TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back by itself; then this one fails and nothing is lost.
  if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

}  // namespace glowplug::store
