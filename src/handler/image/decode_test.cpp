// Small files by hand; tests/handler/ decodes what Pillow wrote.
#include "handler/image/decode.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "handler/image/color.h"
#include "handler/image/exif.h"
#include "handler/image/preprocess.h"

namespace glowplug::handler::image {
namespace {

using Values = std::vector<std::uint8_t>;

std::span<const std::byte> bytes_of(const Values& values) {
  return std::as_bytes(std::span(values));
}

/// 2 x 1 pixels, red and blue, of 24 bits.
Values small_bmp() {
  return {'B', 'M', 0, 0, 0, 0, 0, 0,  0, 0, 26, 0,   0,   0, 12, 0, 0,
          0,   2,   0, 1, 0, 1, 0, 24, 0, 0, 0,  255, 255, 0, 0,  0, 0};
}

Values pixels_of(const Image& image) {
  return {image.pixels.get(), image.pixels.get() + image.size()};
}

TEST(Decode, KindsByTheirFirstBytes) {
  EXPECT_EQ(kind_of(bytes_of({0xff, 0xd8, 0xff})), Kind::jpeg);
  EXPECT_EQ(kind_of(bytes_of({'G', 'I', 'F', '8', '9', 'a'})), Kind::gif);
  EXPECT_EQ(kind_of(bytes_of({'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P'})), Kind::webp);
  EXPECT_EQ(kind_of(bytes_of({'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E'})), std::nullopt);
  const auto image = decode(bytes_of({'%', 'P', 'D', 'F'}));
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(
      image.error().message,
      "not a picture of a known kind (JPEG, PNG, WebP, BMP, GIF): it begins with 25 50 44 46");
  EXPECT_EQ(image.error().code, Code::invalid_argument);
}

TEST(Decode, LimitsAreCheckedBeforePixels) {
  const auto image = decode(bytes_of(small_bmp()), {.max_pixels = 1});
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, Code::too_large);
  EXPECT_EQ(image.error().message, "BMP: 2x1 pixels are more than max_pixels, 1");
  EXPECT_EQ(pixels_of(*decode(bytes_of(small_bmp()))), (Values{255, 0, 0, 0, 0, 255}));
}

TEST(Decode, EveryShorterFileIsRefused) {
  const Values file = small_bmp();
  for (std::size_t length = 0; length < file.size(); ++length)
    EXPECT_FALSE(
        decode(bytes_of(Values(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length))))
            .has_value());
}

TEST(Exif, OrientationInBothByteOrders) {
  Values little = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0};
  const Values big = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0};
  EXPECT_EQ(exif_orientation(bytes_of(little)), 6);
  EXPECT_EQ(exif_orientation(bytes_of(big)), 8);
  for (std::size_t length = 0; length < little.size(); ++length)
    EXPECT_EQ(exif_orientation(bytes_of(little).first(length)), 1);
  little[18] = 9;
  EXPECT_EQ(exif_orientation(bytes_of(little)), 1);
}

TEST(Color, OrientationTurnsThePicture) {
  Image image = *decode(bytes_of(small_bmp()));
  image.orientation = 6;  // the first row is at the right
  const Image seen = *apply_orientation(std::move(image));
  EXPECT_EQ(std::pair(seen.width, seen.height), std::pair(1, 2));
  EXPECT_EQ(pixels_of(seen), (Values{255, 0, 0, 0, 0, 255}));
}

TEST(Preprocess, WritesIntoTheRowOfABatch) {
  const ImageSpec spec = *image_spec_from_json(*parse_json(R"({"datatype":"UINT8"})"));
  Values batch(14, 7);
  const auto row = std::as_writable_bytes(std::span(batch)).subspan(1, 6);
  Trace trace;
  ASSERT_TRUE(
      preprocess_into(*decode_for(bytes_of(small_bmp()), spec, {}, &trace), spec, row, &trace)
          .has_value());
  EXPECT_EQ(batch, (Values{7, 255, 0, 0, 0, 0, 255, 7, 7, 7, 7, 7, 7, 7}));
  ASSERT_EQ(trace.stages().size(), 2U);
  EXPECT_EQ(trace.stages()[1].shape, "UINT8[1,3,1,2]");
  const auto wrong = preprocess_into(*decode(bytes_of(small_bmp())), spec, row.first(5));
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().message, "the picture makes 6 bytes of shape [1,3,1,2]; 5 are expected");
}

TEST(Preprocess, WithoutAStepTheBytesAreThemselves) {
  const ImageSpec spec = default_spec(Mode::torchvision);
  const Tensor tensor = *preprocess(*decode(bytes_of(small_bmp())), spec);
  EXPECT_EQ(tensor.shape, (Shape{1, 3, 1, 2}));
  const auto* values = reinterpret_cast<const float*>(tensor.bytes.data());
  EXPECT_EQ(std::vector<float>(values, values + 6), (std::vector<float>{1, 0, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace glowplug::handler::image
