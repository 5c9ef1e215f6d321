#include "store/schema.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "store/home.h"

namespace glowplug::store {
namespace {

namespace fs = std::filesystem;

/// A history of schemas to test with: 1 has a table, 2 gives it a column, 3 fails half-way.
constexpr Migration kSteps[] = {
    {1, "CREATE TABLE pets(name TEXT) STRICT;"},
    {2, "ALTER TABLE pets ADD COLUMN legs INTEGER; UPDATE pets SET legs=4;"},
    {3, "UPDATE pets SET legs=5; CREATE TABLE pets(again TEXT);"}};

std::span<const Migration> up_to(int schema) {
  return std::span(kSteps).first(static_cast<std::size_t>(schema));
}

class IndexFile : public ::testing::Test {
 protected:
  Result<void> migrate_to(int schema) {
    GLOWPLUG_ASSIGN(Database database, Database::open(file_, Database::Access::write));
    return migrate(database, file_, up_to(schema));
  }
  std::int64_t number(const fs::path& file, const char* sql) {
    auto database = Database::open(file, Database::Access::read);
    EXPECT_TRUE(database) << database.error().message;
    auto row = database->query(sql);
    if (!row || !row->step()) return -1;
    return row->integer(0);
  }
  void run(const char* sql) {
    auto database = Database::open(file_, Database::Access::write);
    ASSERT_TRUE(database);
    const auto done = database->execute(sql);
    ASSERT_TRUE(done) << done.error().message;
  }
  [[nodiscard]] fs::path copy(int schema) const {
    return file_.string() + ".schema-" + std::to_string(schema);
  }
  TemporaryFolder folder_ = *TemporaryFolder::create();
  fs::path file_ = folder_.path() / "index.sqlite";
};

TEST_F(IndexFile, IsMadeAtTheNewestSchemaWithoutACopy) {
  ASSERT_TRUE(migrate_to(2));
  EXPECT_EQ(number(file_, "PRAGMA user_version"), 2);
  EXPECT_FALSE(fs::exists(copy(0)));
  EXPECT_TRUE(migrate_to(2));
}

TEST_F(IndexFile, IsBroughtForwardAndACopyKept) {
  ASSERT_TRUE(migrate_to(1));
  run("INSERT INTO pets VALUES('cat')");
  ASSERT_TRUE(migrate_to(2));
  EXPECT_EQ(number(file_, "PRAGMA user_version"), 2);
  EXPECT_EQ(number(file_, "SELECT legs FROM pets"), 4);
  EXPECT_EQ(number(copy(1), "PRAGMA user_version"), 1);
  EXPECT_EQ(number(copy(1), "SELECT count(*) FROM pets"), 1);
}

TEST_F(IndexFile, StaysAsItWasWhenAStepFails) {
  ASSERT_TRUE(migrate_to(2));
  run("INSERT INTO pets VALUES('cat', 4)");
  const auto migrated = migrate_to(3);
  ASSERT_FALSE(migrated);
  EXPECT_TRUE(migrated.error().message.starts_with("to schema 3: ")) << migrated.error().message;
  EXPECT_EQ(number(file_, "PRAGMA user_version"), 2);
  EXPECT_EQ(number(file_, "SELECT legs FROM pets"), 4);
  EXPECT_TRUE(migrate_to(2));
}

TEST_F(IndexFile, OfANewerProgramIsRefused) {
  ASSERT_TRUE(migrate_to(2));
  const auto migrated = migrate_to(1);
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code, Code::failed_precondition);
  EXPECT_EQ(migrated.error().message,
            file_.string() + " has schema 2; this program reads schema 1 and older");
}

TEST_F(IndexFile, OfAnotherProgramIsRefused) {
  run("CREATE TABLE bookmarks(url TEXT)");
  EXPECT_EQ(migrate_to(1).error().message,
            file_.string() + " is an SQLite file of another program");
  EXPECT_EQ(number(file_, "SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(IndexFile, ThatMayOnlyBeReadIsNotBroughtForward) {
  ASSERT_TRUE(migrate_to(1));
  auto reader = Database::open(file_, Database::Access::read);
  ASSERT_TRUE(reader);
  EXPECT_TRUE(check_schema(*reader, file_, up_to(1)));
  EXPECT_EQ(
      check_schema(*reader, file_, up_to(2)).error().message,
      file_.string() + " has schema 1 and cannot be brought to schema 2: it may only be read");
}

TEST(Migrations, GoUpByOne) {
  int expected = 1;
  for (const Migration& step : migrations()) EXPECT_EQ(step.to, expected++);
}

class Home : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : kNames) {
      const char* value = std::getenv(name);
      before_.emplace_back(value == nullptr ? std::optional<std::string>() : value);
      ::unsetenv(name);
    }
  }
  void TearDown() override {
    for (std::size_t i = 0; i < before_.size(); ++i) {
      if (before_[i]) {
        ::setenv(kNames[i], before_[i]->c_str(), 1);
      } else {
        ::unsetenv(kNames[i]);
      }
    }
  }
  static constexpr const char* kNames[] = {"GLOWPLUG_HOME", "XDG_DATA_HOME", "HOME"};
  std::vector<std::optional<std::string>> before_;
};

TEST_F(Home, IsWhereTheEnvironmentSays) {
  EXPECT_EQ(default_home().error().code, Code::failed_precondition);
  ::setenv("HOME", "/home/ada", 1);
  EXPECT_EQ(*default_home(), "/home/ada/.local/share/glowplug");
  ::setenv("XDG_DATA_HOME", "relative", 1);
  EXPECT_EQ(*default_home(), "/home/ada/.local/share/glowplug");
  ::setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(*default_home(), "/data/glowplug");
  ::setenv("GLOWPLUG_HOME", "here", 1);
  EXPECT_EQ(*default_home(), "here");
}

}  // namespace
}  // namespace glowplug::store
