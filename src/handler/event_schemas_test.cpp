#include "handler/event_schemas.h"

#include <gtest/gtest.h>

namespace glowplug::handler {
namespace {

constexpr const char* kReference = "#/components/schemas/f.";

Signature flowers() {
  const std::vector<std::string> classes = {"setosa", "versicolor", "virginica"};
  Signature signature;
  signature.inputs = {{"features", Datatype::fp32, {-1, 4}, false, {}}};
  signature.outputs = {{"label", Datatype::int64, {-1}, false, classes},
                       {"probabilities", Datatype::fp32, {-1, 3}, false, classes}};
  return signature;
}

Signature customers() {
  Signature signature;
  signature.inputs = {{"plan", Datatype::bytes, {-1, 1}, false, {}},
                      {"months", Datatype::int8, {-1, 1}, true, {}}};
  signature.outputs = {{"score", Datatype::fp64, {-1, 1}, false, {}}};
  return signature;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

using Keys = std::vector<std::string>;

TEST(EventSchemas, OfPlainRecordsFollowFromTheSignature) {
  const EventSchemas schemas = event_schemas(nullptr, flowers(), kReference);
  EXPECT_EQ(keys_of(schemas.request), (Keys{"application/json", "text/csv"}));
  EXPECT_EQ(keys_of(schemas.answer), (Keys{"application/json", "text/csv"}));
  const Json row = Json::parse(
      R"({"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4})");
  EXPECT_EQ(schemas.named["record"]["anyOf"][0], row);
  EXPECT_EQ(schemas.named["record"]["anyOf"][1]["properties"]["features"], row);
  EXPECT_EQ(schemas.named["record"]["anyOf"][1]["required"], Json::array({"features"}));
  const Json& prediction = schemas.named["prediction"];
  EXPECT_EQ(keys_of(prediction["properties"]["probabilities"]["properties"]),
            (Keys{"setosa", "versicolor", "virginica"}));
  EXPECT_EQ(prediction["properties"]["label"]["anyOf"][0]["enum"].size(), 3U);
  EXPECT_EQ(schemas.answer["application/json"]["schema"]["properties"]["predictions"]["items"],
            Json({{"$ref", "#/components/schemas/f.prediction"}}));
}

TEST(EventSchemas, NameColumnsAndWhatMayBeLeftOut) {
  const Json record = event_schemas(nullptr, customers(), kReference).named["record"];
  EXPECT_EQ(record["required"], Json::array({"plan"}));
  EXPECT_EQ(record["properties"]["months"]["anyOf"][0],
            Json::parse(R"({"type": "integer", "minimum": -128, "maximum": 127})"));
}

TEST(EventSchemas, OfTablesHaveBoundsDefaultsAndCategories) {
  Signature signature = customers();
  signature.inputs[1].optional = false;
  const Json handler = Json::parse(R"({"input": {"type": "table", "columns": [
      {"name": "plan", "categories": ["a", "b"], "default": "a"},
      {"name": "months", "minimum": 0, "maximum": 99}]},
    "output": {"type": "number"}})");
  const EventSchemas schemas = event_schemas(handler, signature, kReference);
  const Json& fields = schemas.named["record"]["anyOf"][0];
  EXPECT_EQ(fields["required"], Json::array({"months"}));
  EXPECT_EQ(fields["properties"]["plan"]["default"], "a");
  EXPECT_EQ(fields["properties"]["plan"]["anyOf"][0]["enum"], Json::array({"a", "b"}));
  EXPECT_EQ(fields["properties"]["months"],
            Json::parse(R"({"type": "integer", "minimum": 0.0, "maximum": 99.0})"));
}

TEST(EventSchemas, OfPicturesListTheirMediaTypes) {
  Signature signature;
  signature.inputs = {{"x", Datatype::fp32, {-1, 3, 8, 8}, false, {}}};
  signature.outputs = {{"y", Datatype::fp32, {-1, 2}, false, {"a", "b"}}};
  const Json handler =
      Json::parse(R"({"input": {"type": "image"}, "output": {"type": "label", "top": 2,
                      "threshold": 0.5}})");
  const EventSchemas schemas = event_schemas(handler, signature, kReference);
  EXPECT_EQ(keys_of(schemas.request),
            (Keys{"application/json", "image/bmp", "image/gif", "image/jpeg", "image/png",
                  "image/webp", "multipart/form-data"}));
  const Json& prediction = schemas.named["prediction"]["properties"];
  EXPECT_EQ(prediction["label"]["anyOf"][0]["enum"], Json::array({"a", "b"}));
  EXPECT_EQ(prediction["top"]["maxItems"], 2);
  EXPECT_EQ(schemas.named["prediction"]["required"], Json::array({"label", "score", "top"}));
}

TEST(EventSchemas, OfDetectionsHaveNoCsv) {
  Signature signature;
  signature.inputs = {{"x", Datatype::fp32, {-1, 3, 8, 8}, false, {}}};
  signature.outputs = {{"boxes", Datatype::fp32, {-1, 5, 4}, false, {}},
                       {"scores", Datatype::fp32, {-1, 5, 2}, false, {"a", "b"}}};
  const Json handler = Json::parse(
      R"({"input": {"type": "image"}, "output": {"type": "boxes", "boxes": "boxes",
          "scores": "scores", "max": 7}})");
  const EventSchemas schemas = event_schemas(handler, signature, kReference);
  EXPECT_EQ(keys_of(schemas.answer), Keys{"application/json"});
  EXPECT_EQ(schemas.named["prediction"]["maxItems"], 7);
}

TEST(EventSchemas, OfCodeAreWhatItSays) {
  const Json handler = Json::parse(R"({"code": {"language": "python", "schema": {
      "input": {"application/json": {"schema": {"type": "integer"}}}}}})");
  const EventSchemas schemas = event_schemas(handler, {}, kReference);
  EXPECT_EQ(schemas.request["application/json"]["schema"]["type"], "integer");
  EXPECT_EQ(keys_of(schemas.answer), Keys{"*/*"});
  EXPECT_EQ(keys_of(event_schemas(Json::parse(R"({"code": {}})"), {}, kReference).request),
            Keys{"*/*"});
}

}  // namespace
}  // namespace glowplug::handler
