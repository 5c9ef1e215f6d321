#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace glowplug::store {

/// A prepared SQL statement with its values bound; steps through the rows of its answer. Must not
/// outlive its Database.
class Statement {
 public:
  /// True: a row is there. False: there are no more.
  [[nodiscard]] Result<bool> step();
  /// A column of the current row, counted from 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void bind(int index, std::string_view value);
  void bind(int index, std::int64_t value);
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One connection to an SQLite file. For one thread at a time. Errors of every call: unavailable
/// (another process holds the file for longer than 10 s), exhausted (disk full), permission_denied,
/// internal (the disk, a damaged file).
class Database {
 public:
  enum class Access {
    write,     ///< made if it is not there; write-ahead log, synchronous=FULL
    read,      ///< as others write it
    snapshot,  ///< nobody may write it meanwhile: for folders where no lock can be taken
  };
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& file, Access access);

  /// Any number of statements without values or answers.
  [[nodiscard]] Result<void> execute(const char* sql);
  /// One statement; `values` (text or std::int64_t) for its "?", in order.
  template <class... Values>
  [[nodiscard]] Result<Statement> query(const char* sql, const Values&... values) {
    GLOWPLUG_ASSIGN(Statement statement, prepare(sql));
    int index = 0;
    (statement.bind(++index, values), ...);
    return statement;
  }
  /// The same to its end, for statements without an answer.
  template <class... Values>
  [[nodiscard]] Result<void> run(const char* sql, const Values&... values) {
    GLOWPLUG_ASSIGN(Statement statement, query(sql, values...));
    GLOWPLUG_TRY(statement.step());
    return {};
  }
  /// Rows that the last statement changed.
  [[nodiscard]] std::int64_t changed() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}
  [[nodiscard]] Result<Statement> prepare(const char* sql);
  std::unique_ptr<sqlite3, Close> connection_;
};

/// Rolled back when destroyed without commit.
class Transaction {
 public:
  enum class Kind {
    write,  ///< BEGIN IMMEDIATE: nobody else writes, so what it reads stays true until it commits
    read,   ///< several reads that see one state
  };
  [[nodiscard]] static Result<Transaction> begin(Database& database, Kind kind = Kind::write);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace glowplug::store
