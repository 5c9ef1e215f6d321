#include "front/request_ids.h"

#include <gtest/gtest.h>

#include <set>

namespace glowplug::front {
namespace {

http::HttpHead head_with(std::string_view id) {
  http::HttpHead head;
  head.fields.push_back({"X-Request-ID", id});
  return head;
}

TEST(RequestIds, KeepsTheClientsOwn) {
  RequestIds ids(1);
  EXPECT_EQ(ids.of(head_with("order-7/42")), "order-7/42");
}

TEST(RequestIds, MakesNewOnesForNoneAndForBadOnes) {
  RequestIds ids(1);
  std::set<std::string> made;
  const std::string too_long(kMostRequestIdBytes + 1, 'x');
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("a b"), std::string_view("\xc3\xa9"),
        std::string_view("a\nb"), std::string_view(too_long)}) {
    const std::string id = ids.of(head_with(bad));
    EXPECT_EQ(id.size(), 16U);
    EXPECT_TRUE(made.insert(id).second);
  }
  EXPECT_TRUE(made.insert(ids.of({})).second);
}

TEST(RequestIds, TwoProcessesGiveDifferentOnes) {
  EXPECT_NE(RequestIds().of({}), RequestIds().of({}));
}

}  // namespace
}  // namespace glowplug::front
