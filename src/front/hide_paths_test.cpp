#include "front/hide_paths.h"

#include <gtest/gtest.h>

namespace glowplug::front {
namespace {

TEST(HidePaths, LeavesTheLastPartOfEachFile) {
  EXPECT_EQ(hide_paths("/srv/h/bundles/b75b: model/model.onnx has 105 bytes"),
            "b75b: model/model.onnx has 105 bytes");
  EXPECT_EQ(hide_paths("Load model from /a/b/model.onnx failed:bad (\"/c/d\")"),
            "Load model from model.onnx failed:bad (\"d\")");
  EXPECT_EQ(hide_paths("open /x/y.z."), "open y.z.");
}

TEST(HidePaths, LeavesEverythingElse) {
  for (const char* text : {"POST /v2/repository/models/a/load loads it again", "rows/columns",
                           "n/a", "a / b", "ends in /", "", "features FP32[-1,4]"})
    EXPECT_EQ(hide_paths(text), text);
}

}  // namespace
}  // namespace glowplug::front
