#include "runtime/open_media.h"

#include <gtest/gtest.h>

#include "base/installation.h"
#include "handler/media_abi.h"

namespace glowplug::runtime {
namespace {

class NoAssets final : public handler::Assets {
 public:
  [[nodiscard]] Result<std::span<const std::byte>> get(std::string_view name) override {
    return Error{Code::not_found, "there is no asset " + std::string(name), {}};
  }
};

Signature picture() {
  Signature signature;
  signature.inputs = {{"x", Datatype::fp32, {-1, 3, 2, 2}, false, {}}};
  return signature;
}

TEST(OpenMedia, TheLibraryOfThisBuildReadsAPicture) {
  const auto media = open_media(media_library_path());
  ASSERT_TRUE(media) << media.error().message;
  NoAssets assets;
  const Json spec{{"type", "image"}, {"resize", {{"width", 2}, {"height", 2}}}};
  const auto input = (*media)(spec, picture(), assets);
  ASSERT_TRUE(input) << input.error().message;
  handler::Item item;
  item.name = "body";
  // A BMP of one pixel, blue, green, red = 30, 20, 10.
  const std::string bmp = std::string("BM\x3a\0\0\0\0\0\0\0\x36\0\0\0", 14) +
                          std::string("\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0", 16) +
                          std::string(24, '\0') + std::string("\x1e\x14\x0a\0", 4);
  item.bytes = bmp;
  const auto row = (*input)->read(item, nullptr);
  ASSERT_TRUE(row) << row.error().message;
  ASSERT_EQ(row->runs.size(), 1U);
  ASSERT_TRUE(row->runs[0][0]);
  EXPECT_EQ(row->runs[0][0]->shape, (Shape{1, 3, 2, 2}));
  ASSERT_TRUE(row->fit);
  EXPECT_EQ(row->fit->scale_x, 2);
}

TEST(OpenMedia, ItsErrorsComeThroughAsTheyAre) {
  const auto media = open_media(media_library_path());
  ASSERT_TRUE(media) << media.error().message;
  NoAssets assets;
  const auto refused = (*media)({{"type", "image"}, {"resise", 1}}, picture(), assets);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
  EXPECT_NE(refused.error().message.find("resise"), std::string::npos) << refused.error().message;
}

TEST(OpenMedia, IsOpenedOnlyForWhatNeedsIt) {
  for (const char* const type : {"image", "text", "audio"}) {
    const auto media = open_media_for({{"input", {{"type", type}}}});
    ASSERT_TRUE(media) << media.error().message;
    EXPECT_TRUE(*media) << type;
  }
  for (const Json& spec : {Json(), Json{{"input", {{"type", "bytes"}}}},
                           Json{{"input", {{"type", "table"}}}}, Json{{"code", Json::object()}}}) {
    const auto media = open_media_for(spec);
    ASSERT_TRUE(media) << media.error().message;
    EXPECT_FALSE(*media) << spec;
  }
}

TEST(OpenMedia, WhereThereIsNoneTheErrorSaysWhatToDo) {
  const auto missing = open_media("/nowhere/libglowplug-media.so");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::unavailable);
  EXPECT_NE(missing.error().message.find("need libglowplug-media.so: /nowhere/"), std::string::npos)
      << missing.error().message;
  EXPECT_NE(missing.error().fix.find("install Glowplug"), std::string::npos);
}

TEST(OpenMedia, ALibraryOfAnotherBuildIsNotUsed) {
  const auto stale = open_media(GLOWPLUG_STALE_MEDIA);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Code::unavailable);
  EXPECT_NE(stale.error().message.find(std::string("is of build 0.0.0-stale, this program of ") +
                                       handler::kMediaAbi),
            std::string::npos)
      << stale.error().message;
  const auto other = open_media("libm.so.6");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("does not export glowplug_media_library"), std::string::npos)
      << other.error().message;
}

}  // namespace
}  // namespace glowplug::runtime
