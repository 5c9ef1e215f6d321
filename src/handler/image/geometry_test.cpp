#include "handler/image/geometry.h"

#include <gtest/gtest.h>

namespace glowplug::handler::image {
namespace {

ImageSpec with_crop(Mode mode, int side) {
  ImageSpec spec = default_spec(mode);
  spec.crop = Crop{side, side, true};
  return spec;
}

ImageSpec with_edge(int edge) {
  ImageSpec spec;
  spec.resize = Resize{};
  spec.resize->shortest_edge = edge;
  return spec;
}

std::pair<int, int> resized(const ImageSpec& spec, int width, int height) {
  const Geometry at = *geometry_of(spec, width, height);
  return {at.resized_width, at.resized_height};
}

TEST(Geometry, LongSideIsTruncated) {
  EXPECT_EQ(resized(with_edge(256), 640, 480), std::pair(341, 256));
  EXPECT_EQ(resized(with_edge(256), 480, 640), std::pair(256, 341));
  EXPECT_EQ(resized(with_edge(224), 227, 224), std::pair(227, 224));
  EXPECT_EQ(resized(with_edge(7), 7, 7), std::pair(7, 7));
}

TEST(Geometry, LongestEdge) {
  ImageSpec spec;
  spec.resize = Resize{};
  spec.resize->longest_edge = 100;
  EXPECT_EQ(resized(spec, 640, 427), std::pair(100, 66));
  EXPECT_EQ(resized(spec, 3, 4000), std::pair(1, 100));
}

TEST(Geometry, BothEdgesRoundByMode) {
  ImageSpec spec = with_edge(800);
  spec.resize->longest_edge = 1333;
  EXPECT_EQ(resized(spec, 640, 480), std::pair(1066, 800));
  EXPECT_EQ(resized(spec, 1000, 500), std::pair(1333, 666));
  spec.mode = Mode::torchvision;
  EXPECT_EQ(resized(spec, 1000, 500), std::pair(1333, 666));
}

/// Differences 1, 3, 5, 7 of the picture's side to the crop's.
TEST(Geometry, CropBeginsWhereTheModeSays) {
  const auto starts = [](Mode mode) {
    std::vector<int> found;
    for (const int difference : {1, 3, 5, 7})
      found.push_back(geometry_of(with_crop(mode, 10), 10 + difference, 10)->crop_x);
    return found;
  };
  EXPECT_EQ(starts(Mode::torchvision), (std::vector<int>{0, 2, 2, 4}));
  EXPECT_EQ(starts(Mode::torchvision_tensor), (std::vector<int>{0, 2, 2, 4}));
  EXPECT_EQ(starts(Mode::pil), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(starts(Mode::opencv), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(starts(Mode::tensorflow), (std::vector<int>{0, 1, 2, 3}));
}

TEST(Geometry, SmallPicturesLieInTheMiddleOfTheCrop) {
  EXPECT_EQ(geometry_of(with_crop(Mode::torchvision, 10), 7, 10)->crop_x, -1);
  EXPECT_EQ(geometry_of(with_crop(Mode::pil, 10), 7, 10)->crop_x, -2);
}

TEST(Geometry, ShapesThatAreTheSameForAll) {
  EXPECT_EQ(fixed_shape(with_edge(256)), std::nullopt);
  EXPECT_EQ(fixed_shape(with_crop(Mode::pil, 224)), (Shape{1, 3, 224, 224}));
  EXPECT_EQ(fixed_shape(with_crop(Mode::tensorflow, 224)), (Shape{1, 224, 224, 3}));
}

TEST(Geometry, AbsurdSizesAreRefused) {
  const auto at = geometry_of(with_edge(1000), 100'000, 1);
  ASSERT_FALSE(at.has_value());
  EXPECT_EQ(at.error().code, Code::too_large);
  EXPECT_EQ(at.error().message, "the picture would be resized to 1000 by 100000000 pixels");
}

}  // namespace
}  // namespace glowplug::handler::image
