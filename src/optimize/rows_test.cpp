#include "optimize/rows.h"

#include <gtest/gtest.h>

#include "engine/testing/tensors.h"

namespace glowplug::optimize {
namespace {

using engine::testing::fp32;
using engine::testing::text;

TEST(Rows, LieOneAfterTheOtherAndCanBeTakenOut) {
  const std::vector<Tensor> parts = {fp32({1, 2}, {1, 2}), fp32({2, 2}, {3, 4, 5, 6})};
  const Tensor all = concatenate(parts);
  EXPECT_EQ(all.shape, (Shape{3, 2}));
  const auto row = row_of(all, 1);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->shape, (Shape{1, 2}));
  EXPECT_EQ(row->bytes, fp32({1, 2}, {3, 4}).bytes);
}

TEST(Rows, OfTextAreFoundByTheirFraming) {
  const Tensor all = text({3, 2}, {"a", "", "long text", "b", "c", "dd"});
  for (const auto& [index, expected] :
       {std::pair{0, text({1, 2}, {"a", ""})}, std::pair{1, text({1, 2}, {"long text", "b"})},
        std::pair{2, text({1, 2}, {"c", "dd"})}}) {
    const auto row = row_of(all, index);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->bytes, expected.bytes) << index;
  }
}

TEST(Rows, ThatAreNotThereAreRefused) {
  EXPECT_FALSE(row_of(fp32({2}, {1, 2}), 2));
  EXPECT_FALSE(row_of(fp32({2}, {1, 2}), -1));
  EXPECT_FALSE(row_of(fp32({}, {1}), 0));
}

TEST(Rows, OfInputsLeftOutStayLeftOut) {
  const std::vector<Inputs> runs = {{fp32({1}, {1}), std::nullopt}, {fp32({1}, {2}), std::nullopt}};
  const Inputs all = concatenate(runs);
  ASSERT_TRUE(all[0]);
  EXPECT_EQ(all[0]->shape, (Shape{2}));
  EXPECT_FALSE(all[1]);
}

}  // namespace
}  // namespace glowplug::optimize
