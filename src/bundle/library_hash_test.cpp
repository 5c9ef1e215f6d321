#include "bundle/library_hash.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"
#include "bundle/testing/small_bundle.h"

namespace glowplug::bundle {
namespace {

using testing::overwrite;

class LibraryHash : public ::testing::Test {
 protected:
  [[nodiscard]] std::string hash() const { return *library_sha256(library_, cache_); }
  TemporaryFolder folder_ = *TemporaryFolder::create();
  std::filesystem::path library_ = folder_.path() / "lib.so";
  std::filesystem::path cache_ = folder_.path() / "libraries.json";
};

TEST_F(LibraryHash, IsKeptWhileTheFileStaysTheSame) {
  overwrite(library_, "one");
  EXPECT_EQ(hash(), sha256_hex("one"));
  // A marked entry shows that the second answer comes from the cache.
  Json cache = *parse_json(*read_file(cache_));
  cache.begin().value()["sha256"] = sha256_hex("marked");
  overwrite(cache_, canonical_json(cache));
  EXPECT_EQ(hash(), sha256_hex("marked"));
  overwrite(library_, "two");
  EXPECT_EQ(hash(), sha256_hex("two"));
}

TEST_F(LibraryHash, PassesOverACacheThatIsBroken) {
  overwrite(library_, "one");
  for (const char* broken : {"", "[]", "{", R"({"x":1})"}) {
    overwrite(cache_, broken);
    EXPECT_EQ(hash(), sha256_hex("one")) << broken;
  }
  EXPECT_EQ(*library_sha256(library_, folder_.path() / "absent/libraries.json"), sha256_hex("one"));
  EXPECT_EQ(*library_sha256(library_), sha256_hex("one"));
}

TEST_F(LibraryHash, SaysThatThereIsNoLibrary) {
  EXPECT_EQ(library_sha256(library_, cache_).error().code, Code::not_found);
  EXPECT_EQ(library_sha256(library_).error().code, Code::not_found);
}

}  // namespace
}  // namespace glowplug::bundle
