#include "front/oip/metadata.h"

#include <gtest/gtest.h>

#include "front/oip/testing.h"

namespace glowplug::front::oip {
namespace {

using testing::iris_signature;

const std::vector<std::string> kVersions = {"1", "2"};

TEST(Metadata, OfTheServerListsTheExtensionsServed) {
  EXPECT_EQ(write_server_metadata("0.1.0"),
            R"-({"name":"glowplug","version":"0.1.0","extensions":["classification",)-"
            R"-("model_repository","model_repository(unload_dependents)","model_configuration",)-"
            R"-("binary_tensor_data","parameters","statistics"]})-");
}

TEST(Metadata, OfAModelHasItsOwnShapes) {
  EXPECT_EQ(write_model_metadata({"iris", kVersions, "onnxruntime", iris_signature()}),
            R"({"name":"iris","versions":["1","2"],"platform":"onnxruntime_onnx",)"
            R"("inputs":[{"name":"features","datatype":"FP32","shape":[-1,4]}],)"
            R"("outputs":[{"name":"label","datatype":"INT64","shape":[-1]},)"
            R"({"name":"scores","datatype":"FP32","shape":[-1,3]}]})");
}

TEST(Metadata, ConfigLeavesTheBatchDimensionOut) {
  EXPECT_EQ(write_model_config({"iris", kVersions, "onnxruntime", iris_signature()}),
            R"({"name":"iris","platform":"onnxruntime_onnx","backend":"onnxruntime",)"
            R"("version_policy":{"latest":{"num_versions":1}},"max_batch_size":8,)"
            R"("input":[{"name":"features","data_type":"TYPE_FP32","dims":[4]}],)"
            R"("output":[{"name":"label","data_type":"TYPE_INT64","dims":[]},)"
            R"({"name":"scores","data_type":"TYPE_FP32","dims":[3]}],)"
            R"("dynamic_batching":{"max_queue_delay_microseconds":0}})");
}

TEST(Metadata, ConfigOfAModelThatDoesNotBatchHasItsWholeShapes) {
  Signature signature = testing::plain_signature(Datatype::bytes, {-1, 2});
  signature.inputs[0].optional = true;
  EXPECT_EQ(write_model_config({"m", kVersions, "onnxruntime", signature}),
            R"({"name":"m","platform":"onnxruntime_onnx","backend":"onnxruntime",)"
            R"("version_policy":{"latest":{"num_versions":1}},"max_batch_size":0,)"
            R"("input":[{"name":"x","data_type":"TYPE_STRING","dims":[-1,2],"optional":true}],)"
            R"("output":[{"name":"y","data_type":"TYPE_STRING","dims":[-1,2]}]})");
}

TEST(Metadata, SmallBodies) {
  EXPECT_EQ(write_live(true), R"({"live":true})");
  EXPECT_EQ(write_ready(false), R"({"ready":false})");
  EXPECT_EQ(write_model_ready("a\"b", true), R"({"name":"a\"b","ready":true})");
  EXPECT_EQ(write_model_names(kVersions), R"({"models":["1","2"]})");
  EXPECT_EQ(write_model_names({}), R"({"models":[]})");
  EXPECT_EQ(write_error("no \"x\""), R"({"error":"no \"x\""})");
}

}  // namespace
}  // namespace glowplug::front::oip
