#include "optimize/tflite/metadata.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "optimize/tflite/appended_zip.h"

namespace glowplug::optimize::tflite {
namespace {

using handler::image::Color;
using handler::image::Layout;
using handler::image::Mode;

std::string colors_file() {
  return *read_file(std::string(GLOWPLUG_TEST_MODELS) + "/tflite/colors.tflite");
}

Result<std::optional<Metadata>> read(const std::string& file) {
  return read_metadata(std::as_bytes(std::span(file)));
}

TensorSpec input(Shape shape, Datatype datatype = Datatype::fp32) {
  return {"image", datatype, std::move(shape), false, {}};
}

TEST(TfliteMetadata, SayHowAPictureIsPreparedAndWhatClassesAreCalled) {
  const auto metadata = read(colors_file());
  ASSERT_TRUE(metadata) << metadata.error().message;
  ASSERT_TRUE(*metadata && (*metadata)->picture);
  EXPECT_EQ((*metadata)->name, "colors");
  EXPECT_EQ((*metadata)->labels, (std::vector<std::string>{"red", "green", "blue"}));
  EXPECT_EQ((*metadata)->picture->gray, false);
  EXPECT_EQ((*metadata)->picture->mean, std::vector<double>{127.5});
  EXPECT_EQ((*metadata)->picture->std, std::vector<double>{127.5});
}

TEST(TfliteMetadata, OfBrokenFilesAreRefused) {
  const std::string whole = colors_file();
  EXPECT_EQ(read("").error().code, Code::invalid_argument);
  EXPECT_EQ(read("no model at all").error().message, "it is no TensorFlow Lite model");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read(whole.substr(0, size))) << size;  // the zip's end, if nothing else
}

TEST(TfliteMetadata, LabelsAreOfTheZip) {
  const std::string file = colors_file();
  const auto bytes = std::as_bytes(std::span(file));
  EXPECT_EQ(*file_in_zip(bytes, "labels.txt", 100), "red\ngreen\nblue\n");
  EXPECT_EQ(file_in_zip(bytes, "Labels.txt", 100).error().code, Code::not_found);
  EXPECT_EQ(file_in_zip(bytes, "labels.txt", 5).error().code, Code::too_large);
  EXPECT_EQ(file_in_zip(bytes.first(64), "labels.txt", 100).error().code, Code::invalid_argument);
}

TEST(TfliteImageSpec, FollowsTheModelsInput) {
  PictureInput picture;
  picture.mean = {127.5};
  picture.std = {127.5};
  const auto first = image_spec(picture, input({-1, 3, 8, 9}));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->mode, Mode::tensorflow);
  EXPECT_EQ(first->layout, Layout::nchw);
  EXPECT_EQ(first->color, Color::rgb);
  EXPECT_EQ(first->resize->height, 8);
  EXPECT_EQ(first->resize->width, 9);
  EXPECT_EQ(first->mean, std::vector<double>{127.5});
  const auto last = image_spec(picture, input({1, 28, 28, 1}));
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_EQ(last->layout, Layout::nhwc);
  EXPECT_EQ(last->color, Color::gray);
  const auto bytes = image_spec(picture, input({1, 28, 28, 3}, Datatype::uint8));
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_TRUE(bytes->mean.empty());
}

TEST(TfliteImageSpec, TakesTheMetadatasSizeWhereTheModelHasNone) {
  PictureInput picture;
  EXPECT_EQ(image_spec(picture, input({-1, 3, -1, -1})).error().message,
            "neither the model nor its metadata say the picture's size");
  picture.width = 20;
  picture.height = 10;
  EXPECT_EQ(image_spec(picture, input({-1, 3, -1, -1}))->resize->width, 20);
  picture.gray = true;
  EXPECT_EQ(image_spec(picture, input({-1, 3, 8, 8})).error().message,
            "the metadata say grayscale, but \"image\" [-1,3,8,8] has 3 channels");
}

}  // namespace
}  // namespace glowplug::optimize::tflite
