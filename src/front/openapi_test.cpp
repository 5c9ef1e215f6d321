#include "front/openapi.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "front/routes.h"

namespace glowplug::front {
namespace {

Signature two_floats() {
  Signature signature;
  signature.inputs = {{"x", Datatype::fp32, {-1, 2}, false, {}}};
  signature.outputs = {{"y", Datatype::fp32, {-1, 2}, false, {}}};
  return signature;
}

Json document_of(std::span<const std::shared_ptr<const OpenApiPart>> parts) {
  const auto json = parse_json(write_openapi("1.2.3", parts), 100);
  EXPECT_TRUE(json) << (json ? "" : json.error().message);
  return json ? *json : Json();
}

/// "{function}" in an address would be an ordinary segment.
std::string target_of(std::string path) {
  for (const char* const name : {"{function}", "{version}"})
    if (const auto at = path.find(name); at != std::string::npos)
      path.replace(at, std::string_view(name).size(), "some");
  return path;
}

TEST(OpenApi, TellsOfEveryAddressThatIsServed) {
  const auto add = openapi_part("add", two_floats(), nullptr);
  const std::array parts = {add};
  const Json document = document_of(parts);
  EXPECT_EQ(document["info"]["version"], "1.2.3");
  std::set<RouteKind> told;
  for (const auto& [path, item] : document["paths"].items()) {
    const auto route = find_route(target_of(path));
    ASSERT_TRUE(route) << path;
    told.insert(route->kind);
    const bool posts = route->methods == "POST";
    EXPECT_TRUE(item.contains(posts ? "post" : "get")) << path;
    EXPECT_FALSE(item.contains(posts ? "get" : "post")) << path;
  }
  for (int kind = 0; kind < static_cast<int>(RouteKind::not_offered); ++kind)
    EXPECT_TRUE(told.contains(static_cast<RouteKind>(kind)))
        << name_of(static_cast<RouteKind>(kind));
}

TEST(OpenApi, HasTheSchemasOfEachFunction) {
  const auto add = openapi_part("add", two_floats(), nullptr);
  const auto other = openapi_part("other-1.x", two_floats(), nullptr);
  const std::array parts = {add, other};
  const Json document = document_of(parts);
  const Json& schemas = document["components"]["schemas"];
  for (const char* const name :
       {"error", "add.record", "add.prediction", "add.infer_request", "other-1.x.infer_response"})
    EXPECT_TRUE(schemas.contains(name)) << name;
  const Json& input = schemas["add.infer_request"]["properties"]["inputs"]["items"];
  EXPECT_EQ(input["properties"]["name"]["const"], "x");
  EXPECT_EQ(input["properties"]["shape"]["prefixItems"][1]["const"], 2);
  EXPECT_EQ(document["paths"]["/predict/add"]["post"]["operationId"], "predict_add");
}

TEST(OpenApi, OfNoFunctionsIsADocumentToo) {
  const Json document = document_of({});
  EXPECT_TRUE(document["paths"].contains("/metrics"));
  EXPECT_FALSE(document["paths"].contains("/predict/add"));
}

}  // namespace
}  // namespace glowplug::front
