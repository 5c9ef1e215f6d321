#include "front/routes.h"

#include <gtest/gtest.h>

#include <set>

namespace glowplug::front {
namespace {

TEST(FindRoute, KnowsTheProtocolsAddresses) {
  const auto infer = find_route("/v2/models/iris/versions/3/infer?x=1");
  ASSERT_TRUE(infer);
  EXPECT_EQ(infer->kind, RouteKind::infer);
  EXPECT_EQ(infer->function, "iris");
  EXPECT_EQ(infer->version, "3");
  EXPECT_EQ(infer->methods, "POST");
  EXPECT_EQ(find_route("/v2")->kind, RouteKind::server_metadata);
  EXPECT_EQ(find_route("/v2/")->kind, RouteKind::server_metadata);
  EXPECT_EQ(find_route("/v2/models/stats")->kind, RouteKind::all_stats);
  EXPECT_EQ(find_route("/v2/models/a%20b")->function, "a b");
  EXPECT_EQ(find_route("/predict/iris")->kind, RouteKind::predict);
  EXPECT_EQ(find_route("/v2/systemsharedmemory/region/r/register")->feature,
            "shared memory of the client");
}

TEST(RouteNames, AreAllDifferent) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(RouteKind::not_offered); ++kind)
    EXPECT_TRUE(names.insert(name_of(static_cast<RouteKind>(kind))).second) << kind;
}

TEST(FindRoute, RefusesEverythingElse) {
  for (const char* target : {"", "/", "v2", "*", "/v2//models", "/v2/models//infer",
                             "/v2/models/a/b/infer", "/V2", "/metrics/x", "/predict"}) {
    const auto route = find_route(target);
    ASSERT_FALSE(route) << target;
    EXPECT_EQ(route.error().code, Code::not_found) << target;
  }
  for (const char* target : {"/v2/models/a%zz", "/v2/models/a%2", "/v2/models/a%00"}) {
    EXPECT_EQ(find_route(target).error().code, Code::invalid_argument) << target;
  }
}

}  // namespace
}  // namespace glowplug::front
