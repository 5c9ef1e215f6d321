#include "instances/ring/template_spec.h"

#include <gtest/gtest.h>

#include <functional>

namespace glowplug::instances {
namespace {

TemplateSpec spec() {
  return {.function = "iris",
          .version = "2",
          .bundle = "/b",
          .engine = "onnxruntime",
          .engine_library = "/l.so",
          .model = "/b/model/model.onnx",
          .prepared = true,
          .portable_model = "/b/p.onnx",
          .prepare_into = {},
          .memory_bytes = std::uint64_t{1} << 40,
          .run_as = 64000,
          .sandbox = false,
          .handler = {{"input", {{"type", "bytes"}}}},
          .signature = {{"max_batch", 4}},
          .environment = {{"KEY", "value"}}};
}

TEST(TemplateSpec, ReadsBackWhatItWrote) {
  const auto parsed = parse_json(canonical_json(to_json(spec())));
  ASSERT_TRUE(parsed);
  const auto read = template_spec_from_json(*parsed);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(spec()));
}

TEST(TemplateSpec, NamesTheKeyThatIsMissingUnknownOrOfAnotherType) {
  const auto error_of = [](const std::function<void(Json&)>& change) {
    Json json = to_json(spec());
    change(json);
    const auto read = template_spec_from_json(json);
    EXPECT_FALSE(read);
    return read ? std::string() : read.error().message;
  };
  EXPECT_EQ(error_of([](Json& json) { json.erase("model"); }),
            "the start message has no \"model\"");
  EXPECT_EQ(error_of([](Json& json) { json["modell"] = 1; }),
            "the start message has \"modell\", which is not known");
  EXPECT_EQ(error_of([](Json& json) { json["model"] = 1; }),
            "the start message has number as \"model\", a string was expected");
  EXPECT_EQ(
      error_of([](Json& json) { json["run_as"] = -1; }),
      "the start message has -1 as \"run_as\", a whole number from 0 to 4294967295 was expected");
  EXPECT_EQ(error_of([](Json& json) { json["memory_bytes"] = 1.5; }),
            "the start message has 1.5 as \"memory_bytes\", a whole number from 0 to "
            "18446744073709551615 was expected");
  EXPECT_EQ(error_of([](Json& json) { json["sandbox"] = "yes"; }),
            "the start message has string as \"sandbox\", true or false was expected");
  EXPECT_EQ(error_of([](Json& json) { json = Json::array(); }),
            "the start message is array, an object was expected");
}

TEST(TemplateReady, ReadsBackWhatItWrote) {
  TemplateReady ready;
  ready.signature.inputs = {{"x", Datatype::fp32, {-1, 4}, false, {}}};
  ready.signature.outputs = {{"y", Datatype::int64, {-1}, false, {}}};
  ready.memory_bytes = 1;
  ready.began_ns = 11;
  ready.told_ns = 12;
  ready.engine_ns = 2;
  ready.confine_ns = 5;
  ready.engine_version = "1.28.0";
  ready.used_prepared = true;
  ready.missing = {"seccomp", "landlock"};
  const auto read = template_ready_from_json(to_json(ready));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(ready));
}

TEST(TemplateReady, IsRefusedWhenItsSignatureIsNone) {
  Json json = to_json(TemplateReady{});
  json["signature"] = 5;
  EXPECT_FALSE(template_ready_from_json(json));
  json["missing"] = {1, 2};
  EXPECT_EQ(template_ready_from_json(json).error().message,
            "the ready message has number in \"missing\", strings were expected");
}

TEST(FailedMessage, KeepsCodeTextAndFixAndTrustsNoOtherCode) {
  const Error told = error_from_json(to_json(Error{Code::not_found, "no library", "run setup"}));
  EXPECT_EQ(told.code, Code::not_found);
  EXPECT_EQ(told.message, "no library");
  EXPECT_EQ(told.fix, "run setup");
  EXPECT_EQ(error_from_json({{"code", "bogus"}, {"message", "m"}, {"fix", ""}}).code,
            Code::internal);
  EXPECT_EQ(error_from_json(Json(5)).message,
            "the failed message is number, an object was expected");
}

}  // namespace
}  // namespace glowplug::instances
