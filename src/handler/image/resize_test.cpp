// Vectors that Pillow 9.4 computed; tests/handler/ compares with the Pillow of today on many sizes.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "handler/image/resample_kernels.h"
#include "handler/image/resize_float.h"
#include "handler/image/resize_opencv.h"
#include "handler/image/resize_pillow.h"

namespace glowplug::handler::image {
namespace {

using Values = std::vector<std::uint8_t>;

Image image_of(int width, int height, int channels, const Values& values) {
  Image image = *make_image(width, height, channels);
  GLOWPLUG_CHECK(values.size() == image.size());
  std::memcpy(image.pixels.get(), values.data(), values.size());
  return image;
}

Values values_of(const Image& image) {
  return {image.pixels.get(), image.pixels.get() + image.size()};
}

struct Golden {
  Filter filter;
  Values to_4;
  Values to_15;
};

class PillowRow : public testing::TestWithParam<Golden> {};

TEST_P(PillowRow, IsResizedBitForBit) {
  const Image row = image_of(10, 1, 1, {0, 10, 200, 30, 40, 250, 60, 70, 80, 255});
  EXPECT_EQ(values_of(*resize_pillow(row, 4, 1, GetParam().filter)), GetParam().to_4);
  EXPECT_EQ(values_of(*resize_pillow(row, 15, 1, GetParam().filter)), GetParam().to_15);
  const Image column = image_of(1, 10, 1, {0, 10, 200, 30, 40, 250, 60, 70, 80, 255});
  EXPECT_EQ(values_of(*resize_pillow(column, 1, 4, GetParam().filter)), GetParam().to_4);
}

INSTANTIATE_TEST_SUITE_P(
    Filters, PillowRow,
    testing::Values(Golden{Filter::box,
                           {70, 35, 127, 168},
                           {0, 10, 10, 200, 30, 30, 40, 250, 250, 60, 70, 70, 80, 255, 255}},
                    Golden{Filter::bilinear,
                           {51, 92, 114, 132},
                           {0, 5, 42, 168, 115, 32, 38, 145, 218, 92, 65, 72, 78, 168, 255}},
                    Golden{Filter::hamming,
                           {39, 71, 123, 139},
                           {0, 5, 16, 194, 115, 30, 40, 145, 244, 66, 65, 70, 80, 168, 255}},
                    Golden{Filter::bicubic,
                           {49, 95, 113, 134},
                           {0, 0, 35, 187, 126, 19, 25, 158, 239, 85, 53, 70, 69, 173, 255}},
                    Golden{Filter::lanczos,
                           {47, 104, 106, 132},
                           {4, 0, 43, 190, 140, 4, 10, 172, 242, 92, 42, 69, 61, 177, 255}},
                    Golden{Filter::nearest,
                           {10, 30, 60, 80},
                           {0, 10, 10, 200, 200, 30, 40, 250, 250, 60, 70, 70, 80, 255, 255}}));

TEST(ResizePillow, ShrinksBothSides) {
  Values ramp(16);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::uint8_t>(17 * i);
  const Image image = image_of(4, 4, 1, ramp);
  EXPECT_EQ(values_of(*resize_pillow(image, 3, 3, Filter::bilinear)),
            (Values{25, 46, 66, 107, 128, 148, 189, 210, 230}));
  EXPECT_EQ(values_of(*resize_pillow(image, 3, 3, Filter::bicubic)),
            (Values{16, 39, 61, 105, 128, 150, 194, 217, 239}));
  EXPECT_EQ(values_of(*resize_pillow(image, 3, 3, Filter::lanczos)),
            (Values{14, 37, 59, 105, 128, 150, 196, 219, 241}));
}

TEST(ResizePillow, APartIsAPartOfTheWhole) {
  Values noise(30 * 900);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<std::uint8_t>(i * i % 251);
  for (const int width : {30, 3}) {  // 3 x 900: lower before narrower
    const Image image = image_of(width, 900, 1, {noise.begin(), noise.begin() + 900 * width});
    for (const Filter filter : {Filter::nearest, Filter::bicubic}) {
      const Image whole = *resize_pillow(image, 20, 100, filter);
      const Image part = *resize_pillow(image, 20, 100, filter, {5, 7}, {11, 40});
      for (int y = 0; y < 40; ++y)
        EXPECT_EQ(Values(part.row(y), part.row(y) + 7),
                  Values(whole.row(y + 11) + 5, whole.row(y + 11) + 12));
    }
  }
}

TEST(ResizePillow, HiddenColorsOfAlphaDoNotShine) {
  const Image image = image_of(2, 1, 4, {255, 0, 0, 0, 0, 100, 0, 255});
  EXPECT_EQ(values_of(*resize_pillow(image, 1, 1, Filter::box)), (Values{0, 99, 0, 128}));
}

TEST(ResizePillow, EveryLevelOfCpuGivesTheSame) {
  Values noise(61 * 47 * 3);
  std::uint32_t state = 1;
  for (std::uint8_t& value : noise) {
    state = state * 1664525 + 1013904223;
    value = static_cast<std::uint8_t>(state >> 24);
  }
  const Image image = image_of(61 * 3, 47, 1, noise);
  const ResampleKernels* avx2 = avx2_resample_kernels();
  const bool chosen = &resample_kernels() == avx2;
  const ResampleKernels& one = baseline_resample_kernels();
  const ResampleKernels& other = chosen ? *avx2 : one;
  for (const int channels : {1, 3}) {
    const auto taps = pillow_taps(61 * 3 / channels, 20, Filter::lanczos, {0, 20});
    Values a(static_cast<std::size_t>(20 * channels));
    Values b(a.size());
    one.across(image.row(5), channels, taps, a.data());
    other.across(image.row(5), channels, taps, b.data());
    EXPECT_EQ(a, b);
  }
  const auto taps = pillow_taps(47, 20, Filter::lanczos, {0, 20});
  std::vector<const std::uint8_t*> rows;
  for (int j = 0; j < taps.count[9]; ++j) rows.push_back(image.row(taps.first[9] + j));
  Values a(image.row_bytes());
  Values b(a.size());
  one.down(rows.data(), taps.of(9), taps.count[9], a.size(), a.data());
  other.down(rows.data(), taps.of(9), taps.count[9], b.size(), b.data());
  EXPECT_EQ(a, b);
}

TEST(ResizeOpencv, HalvesByMeans) {
  const Image image = image_of(4, 2, 1, {0, 1, 10, 20, 2, 4, 30, 41});
  EXPECT_EQ(values_of(*resize_opencv(image, 2, 1, Filter::bilinear)), (Values{2, 25}));
  EXPECT_EQ(values_of(*resize_opencv(image, 2, 1, Filter::area)), (Values{2, 25}));
}

TEST(ResizeOpencv, NearestHasNoHalfPixel) {
  const Image image = image_of(10, 1, 1, {0, 10, 20, 30, 40, 50, 60, 70, 80, 90});
  EXPECT_EQ(values_of(*resize_opencv(image, 4, 1, Filter::nearest)), (Values{0, 20, 50, 70}));
}

TEST(ResizeTensorflow, DoesNotRound) {
  const Image image = image_of(2, 1, 1, {0, 255});
  EXPECT_EQ(resize_tensorflow(image, 4, 1, Filter::bilinear)->pixels,
            (std::vector<float>{0, 63.75F, 191.25F, 255}));
}

}  // namespace
}  // namespace glowplug::handler::image
