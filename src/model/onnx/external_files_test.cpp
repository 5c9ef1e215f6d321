#include "model/onnx/external_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "model/onnx/testing/proto_writer.h"

namespace glowplug::onnx {
namespace {

using testing::model;
using testing::node;
using testing::Proto;
using Files = std::vector<std::string>;

Proto external(std::string_view location) {
  return Proto()
      .text(8, "w")
      .number(14, 1)
      .message(13, Proto().text(1, "location").text(2, location))
      .message(13, Proto().text(1, "offset").text(2, "0"));
}

Proto with_weights(std::string_view location) {
  return model(Proto().message(5, external(location)));
}

Result<Files> files_in(const Proto& proto) {
  const auto read = read_model(proto.span());
  EXPECT_TRUE(read) << read.error().message;
  return external_files(*read);
}

class ExternalFilesOnDisk : public ::testing::Test {
 protected:
  Result<Files> find(std::string_view location) {
    const Proto proto = with_weights(location);
    const auto read = read_model(proto.span());
    return external_files_in(*read, folder_.path());
  }
  TemporaryFolder folder_ = *TemporaryFolder::create();
};

TEST(ExternalFiles, FindsARealOne) {
  const std::filesystem::path models = GLOWPLUG_TEST_MODELS;
  const auto file = ModelFile::open(models / "external.onnx");
  ASSERT_TRUE(file);
  const auto files = external_files_in(file->model(), models);
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(*files, Files{"external.weights"});
}

TEST(ExternalFiles, LooksIntoSubgraphsAttributesFunctionsAndSparseTensors) {
  const Proto inner = Proto().message(5, external("inner.bin"));
  const Proto branch = Proto().text(1, "then_branch").message(6, inner);
  const Proto constant = Proto().text(1, "value").message(5, external("constant.bin"));
  const Proto sparse = Proto().message(1, external("sparse.bin"));
  const Proto function = Proto().message(7, node("Constant", "", "c").message(5, constant));
  const Proto graph = Proto()
                          .message(5, external("b/weights.bin"))
                          .message(5, external("b/weights.bin"))
                          .message(15, sparse)
                          .message(1, node("If", "c", "y").message(5, branch));
  EXPECT_EQ(*files_in(model(graph).message(25, function)),
            (Files{"b/weights.bin", "constant.bin", "inner.bin", "sparse.bin"}));
}

TEST(ExternalFiles, RefusesLocationsOutsideOfTheFolder) {
  const std::pair<const char*, const char*> refusals[] = {
      {"", "no location"},
      {"/etc/passwd", "an absolute location"},
      {"../w.bin", "a location with \"..\""},
      {"a/../../w.bin", "a location with \"..\""},
      {"a//w.bin", "a location with an empty or \".\" part"},
      {"./w.bin", "a location with an empty or \".\" part"},
      {"a/", "a location with an empty or \".\" part"}};
  for (const auto& [location, fault] : refusals) {
    const auto files = files_in(with_weights(location));
    ASSERT_FALSE(files) << location;
    EXPECT_EQ(files.error().message, std::string("tensor \"w\" lies in another file with ") +
                                         fault + ": \"" + location +
                                         "\"; expected a file in the model's folder or below it");
  }
  EXPECT_FALSE(files_in(with_weights(std::string_view("a\0b", 3))));
}

TEST_F(ExternalFilesOnDisk, AreRegularFilesWithoutLinksOnTheWay) {
  std::filesystem::create_directory(folder_.path() / "real");
  ASSERT_TRUE(write_file_atomically(folder_.path() / "real/w.bin", "1"));
  std::filesystem::create_symlink("real", folder_.path() / "linked");
  std::filesystem::create_symlink("real/w.bin", folder_.path() / "w.bin");
  ASSERT_EQ(::mkfifo((folder_.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(*find("real/w.bin"), Files{"real/w.bin"});
  EXPECT_EQ(find("real/absent.bin").error().code, Code::not_found);
  EXPECT_EQ(find("w.bin").error().message,
            "file of weights " + (folder_.path() / "w.bin").string() +
                " is a link; expected a regular file without links on the way");
  EXPECT_TRUE(find("linked/w.bin").error().message.find("is a link") != std::string::npos);
  EXPECT_TRUE(find("pipe").error().message.find("is a special file") != std::string::npos);
  EXPECT_FALSE(find("real"));
}

}  // namespace
}  // namespace glowplug::onnx
