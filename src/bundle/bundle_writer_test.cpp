#include "bundle/bundle_writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "bundle/testing/small_bundle.h"

namespace glowplug::bundle {
namespace {

namespace fs = std::filesystem;
using Existing = BundleWriter::Existing;
using testing::make_small_bundle;
using testing::overwrite;

class WriterFolder : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path path() const { return folder_.path() / "small.glow"; }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }
  TemporaryFolder folder_ = *TemporaryFolder::create();
};

TEST_F(WriterFolder, LeavesNothingWithoutPublish) {
  {
    auto writer = BundleWriter::create(path(), Existing::refuse);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer->add_bytes("model/model.onnx", "x"));
    EXPECT_EQ(entries(), 1U);
    EXPECT_FALSE(fs::exists(path()));
  }
  EXPECT_EQ(entries(), 0U);
}

TEST_F(WriterFolder, ReplacesABundleAndNothingElse) {
  const std::string first = make_small_bundle(path(), "one").digest();
  EXPECT_EQ(BundleWriter::create(path(), Existing::refuse).error().message,
            path().string() + " is there already");
  EXPECT_NE(make_small_bundle(path(), "two").digest(), first);
  EXPECT_EQ(entries(), 1U);

  const auto kept = [&](const fs::path& target) {
    return BundleWriter::create(target, Existing::replace).error().message ==
           target.string() + " is not a bundle and is not overwritten";
  };
  overwrite(folder_.path() / "notes/a.txt", "precious");
  EXPECT_TRUE(kept(folder_.path() / "notes"));
  overwrite(folder_.path() / "file", "precious");
  EXPECT_TRUE(kept(folder_.path() / "file"));
  overwrite(folder_.path() / "web/manifest.json", R"({"name":"my app"})");
  EXPECT_TRUE(kept(folder_.path() / "web"));
  fs::create_directory_symlink("small.glow", folder_.path() / "linked");
  EXPECT_TRUE(kept(folder_.path() / "linked"));
}

TEST_F(WriterFolder, ReplacesADamagedBundle) {
  make_small_bundle(path());
  overwrite(path() / "model/model.onnx", "damaged");
  const Bundle whole = make_small_bundle(path());
  EXPECT_TRUE(Bundle::open(path(), Checks::hashes));
}

TEST_F(WriterFolder, RefusesPathsThatBundlesDoNotHave) {
  auto writer = BundleWriter::create(path(), Existing::refuse);
  ASSERT_TRUE(writer);
  EXPECT_EQ(writer->add_bytes("../out", "x").error().message,
            "the file name \"../out\" has a \".\" or \"..\" part");
  EXPECT_TRUE(writer->add_bytes("model/a", "x"));
  EXPECT_EQ(writer->add_bytes("model/a", "x").error().message, "model/a is in the bundle already");
  EXPECT_FALSE(writer->add_sample("a/b", {}));
  EXPECT_EQ(writer->add_file("model/b", folder_.path() / "absent").error().code, Code::not_found);
  EXPECT_EQ(writer->add_file("model/b", folder_.path()).error().message,
            folder_.path().string() + " is not a regular file");
}

TEST_F(WriterFolder, SealsOnlyWhatReadersTake) {
  auto writer = BundleWriter::create(path(), Existing::refuse);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->add_bytes("model/other.onnx", "x"));
  EXPECT_EQ(
      writer->seal(testing::small_manifest()).error().message,
      "manifest.json: \"model\" is \"model/model.onnx\"; expected one of \"files\" in model/");
}

TEST_F(WriterFolder, MakesFilesThatOtherUsersCanRead) {
  const mode_t before = ::umask(077);
  make_small_bundle(path());
  ::umask(before);
  for (const char* file : {"", "model", "model/weights"})
    EXPECT_EQ(fs::status(path() / file).permissions(), fs::perms{0755}) << file;
  for (const char* file : {"manifest.json", "model/model.onnx", "records/export.json"})
    EXPECT_EQ(fs::status(path() / file).permissions(), fs::perms{0644}) << file;
}

TEST_F(WriterFolder, TakesATargetWithASlash) {
  EXPECT_TRUE(BundleWriter::create(path() / "", Existing::refuse));
  EXPECT_EQ(BundleWriter::create("..", Existing::replace).error().message,
            "\"..\" is no place for a bundle; expected a folder's name");
  EXPECT_EQ(BundleWriter::create(folder_.path() / "absent/x.glow", Existing::refuse).error().code,
            Code::not_found);
}

}  // namespace
}  // namespace glowplug::bundle
