#include "engine/code/scratch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace glowplug::engine::code {
namespace {

TEST(Scratch, IsEmptiedWhateverLiesInIt) {
  const auto folder = TemporaryFolder::create();
  const auto outside = TemporaryFolder::create();
  ASSERT_TRUE(folder && outside);
  const auto kept = outside->path() / "kept";
  ASSERT_TRUE(write_file_atomically(kept, "x", false));
  std::filesystem::create_directories(folder->path() / "a/b/c");
  ASSERT_TRUE(write_file_atomically(folder->path() / "a/b/file", "x", false));
  std::filesystem::create_symlink(outside->path(), folder->path() / "link");
  ASSERT_EQ(::mkfifo((folder->path() / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(::chmod((folder->path() / "a/b").c_str(), 0), 0);
  EXPECT_TRUE(empty_folder(folder->path()));
  EXPECT_TRUE(std::filesystem::is_empty(folder->path()));
  EXPECT_TRUE(std::filesystem::exists(kept));
}

TEST(Scratch, ThatIsNotThereIsSaid) { EXPECT_FALSE(empty_folder("/does/not/exist")); }

}  // namespace
}  // namespace glowplug::engine::code
