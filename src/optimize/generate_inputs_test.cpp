#include "optimize/generate_inputs.h"

#include <gtest/gtest.h>

#include "engine/testing/tensors.h"
#include "optimize/numbers.h"

namespace glowplug::optimize {
namespace {

Signature every_datatype() {
  Signature signature;
  for (std::size_t i = 0; i < kDatatypeCount; ++i) {
    const auto datatype = static_cast<Datatype>(i);
    signature.inputs.push_back({std::string(name_of(datatype)), datatype, {-1, 3}, false, {}});
  }
  return signature;
}

TEST(GenerateInputs, MakesValidTensorsOfEveryDatatype) {
  const Signature signature = every_datatype();
  for (const Values values : {Values::unit, Values::zero, Values::wide}) {
    const auto inputs = generate_inputs(signature, {}, values, {.rows = 2}, 1);
    ASSERT_TRUE(inputs) << inputs.error().message;
    for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
      const Tensor& tensor = (*inputs)[i].value();
      EXPECT_TRUE(check_tensor(tensor.view())) << signature.inputs[i].name;
      EXPECT_TRUE(check_against(signature.inputs[i], tensor.datatype, tensor.shape));
    }
  }
}

TEST(GenerateInputs, IsAFunctionOfTheSeed) {
  const Signature signature{{{"x", Datatype::fp32, {-1, 4}, false, {}}}, {}, 0};
  const auto once = generate_inputs(signature, {}, Values::unit, {}, 1);
  const auto again = generate_inputs(signature, {}, Values::unit, {}, 1);
  const auto other = generate_inputs(signature, {}, Values::unit, {}, 2);
  ASSERT_TRUE(once && again && other);
  EXPECT_EQ((*once)[0]->bytes, (*again)[0]->bytes);
  EXPECT_NE((*once)[0]->bytes, (*other)[0]->bytes);
  // Written down: these values are part of digests and must not change between machines.
  EXPECT_EQ(engine::testing::values_of<float>(*(*once)[0]),
            (std::vector<float>{0.0625F, 0.4375F, 0.875F, 0.6875F}));
}

TEST(GenerateInputs, StaysInItsRange) {
  const Signature signature{
      {{"x", Datatype::fp32, {1000}, false, {}}, {"n", Datatype::int32, {1000}, false, {}}}, {}, 0};
  const auto unit = generate_inputs(signature, {}, Values::unit, {}, 1);
  const auto wide = generate_inputs(signature, {}, Values::wide, {}, 1);
  ASSERT_TRUE(unit && wide);
  for (const double x : numbers_of((*unit)[0]->view())) EXPECT_TRUE(x >= 0 && x < 1) << x;
  for (const double n : numbers_of((*unit)[1]->view())) EXPECT_TRUE(n == 0 || n == 1) << n;
  for (const double x : numbers_of((*wide)[0]->view())) EXPECT_TRUE(x >= -8 && x < 8) << x;
  for (const double n : numbers_of((*wide)[1]->view())) EXPECT_TRUE(n >= 0 && n <= 9) << n;
}

TEST(GenerateInputs, FillsOpenDimensionsByTheirMeaning) {
  const Signature signature{{{"ids", Datatype::int64, {-1, -1}, false, {}},
                             {"state", Datatype::fp32, {2, -1, 5}, false, {}}},
                            {},
                            0};
  const DimensionNames names = {{"ids", {"batch", "sequence"}}, {"state", {"", "batch", ""}}};
  const auto inputs = generate_inputs(signature, names, Values::unit, {.rows = 3, .other = 7}, 1);
  ASSERT_TRUE(inputs);
  EXPECT_EQ((*inputs)[0]->shape, (Shape{3, 7}));
  EXPECT_EQ((*inputs)[1]->shape, (Shape{2, 3, 5}));
}

TEST(GenerateInputs, CountsRowsInTheFirstOpenDimensionOfAState) {
  const Signature signature{{{"state", Datatype::fp32, {2, -1, 5}, false, {}},
                             {"image", Datatype::fp32, {-1, -1}, false, {}}},
                            {},
                            0};
  const FreeDimensions free{.rows = 3, .other = 7, .inner_rows = true};
  const auto inputs = generate_inputs(signature, {}, Values::unit, free, 1);
  ASSERT_TRUE(inputs);
  EXPECT_EQ((*inputs)[0]->shape, (Shape{2, 3, 5}));
  EXPECT_EQ((*inputs)[1]->shape, (Shape{3, 7}));
}

TEST(GenerateInputs, GivesOptionalInputsInWideSamplesOnly) {
  const Signature signature{{{"offset", Datatype::fp32, {2}, true, {}}}, {}, 0};
  EXPECT_FALSE((*generate_inputs(signature, {}, Values::unit, {}, 1))[0]);
  EXPECT_FALSE((*generate_inputs(signature, {}, Values::zero, {}, 1))[0]);
  EXPECT_TRUE((*generate_inputs(signature, {}, Values::wide, {}, 1))[0]);
}

TEST(GenerateInputs, RefusesWhatIsTooLargeToMakeUp) {
  const Signature signature{{{"x", Datatype::fp32, {100'000, 100'000}, false, {}}}, {}, 0};
  const auto inputs = generate_inputs(signature, {}, Values::unit, {}, 1);
  ASSERT_FALSE(inputs);
  EXPECT_EQ(inputs.error().message,
            "input \"x\" of shape [100000,100000] has more than 2^26 elements");
}

}  // namespace
}  // namespace glowplug::optimize
