#include "engine/native/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace glowplug::engine::native {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Every level that this CPU can run, from the plainest on.
std::vector<const Kernels*> levels() {
  std::vector<const Kernels*> found = {&kBaselineKernels};
#if defined(__x86_64__)
  const Kernels* const best = &kernels_of_this_cpu();
  if (best != &kBaselineKernels) found.push_back(&kAvx2Kernels);
  if (best == &kAvx512Kernels) found.push_back(&kAvx512Kernels);
#endif
  return found;
}

std::vector<float> some_floats(std::size_t count) {
  static std::mt19937 random(5);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 256) / 128 - 1;
  return values;
}

struct Matrices {
  std::size_t rows, depth, columns;
  std::vector<float> a = some_floats(rows * depth);
  std::vector<float> b = some_floats(depth * columns);
  std::vector<float> row_bias = some_floats(rows);
  std::vector<float> column_bias = some_floats(columns);

  [[nodiscard]] std::vector<float> panels() const {
    std::vector<float> packed(panels_of(columns) * depth * kPanelWidth, 0);
    for (std::size_t k = 0; k < depth; ++k)
      for (std::size_t j = 0; j < columns; ++j)
        packed[(j / kPanelWidth * depth + k) * kPanelWidth + j % kPanelWidth] = b[k * columns + j];
    return packed;
  }
  [[nodiscard]] double expected(std::size_t i, std::size_t j, bool clamped) const {
    double sum = static_cast<double>(row_bias[i]) + static_cast<double>(column_bias[j]);
    for (std::size_t k = 0; k < depth; ++k)
      sum += static_cast<double>(a[i * depth + k]) * static_cast<double>(b[k * columns + j]);
    return clamped ? std::min(std::max(sum, -0.5), 0.75) : sum;
  }
};

void expect_product(const Kernels& kernels, const Matrices& m, bool clamped) {
  const std::vector<float> panels = m.panels();
  // One column more a row, which must stay as it is.
  std::vector<float> out(m.rows * (m.columns + 1), 77);
  kernels.multiply({.a = m.a.data(),
                    .a_stride = m.depth,
                    .rows = m.rows,
                    .depth = m.depth,
                    .panels = panels.data(),
                    .offsets = nullptr,
                    .columns = m.columns,
                    .out = out.data(),
                    .out_stride = m.columns + 1,
                    .row_bias = m.row_bias.data(),
                    .column_bias = m.column_bias.data(),
                    .clamped = clamped,
                    .low = -0.5F,
                    .high = 0.75F});
  for (std::size_t i = 0; i < m.rows; ++i) {
    for (std::size_t j = 0; j < m.columns; ++j)
      ASSERT_NEAR(out[i * (m.columns + 1) + j], m.expected(i, j, clamped), 1e-4)
          << kernels.level << " " << m.rows << "x" << m.depth << "x" << m.columns;
    ASSERT_EQ(out[i * (m.columns + 1) + m.columns], 77) << "wrote beyond the row";
  }
}

TEST(Kernels, MultiplyEverySizeOfTile) {
  for (const Kernels* const kernels : levels()) {
    for (const std::size_t rows : {1, 2, 3, 7, 8, 9, 17})
      for (const std::size_t depth : {1, 2, 5, 64})
        for (const std::size_t columns : {1, 15, 16, 17, 33, 64, 100})
          expect_product(*kernels, Matrices{rows, depth, columns}, (rows + depth) % 2 == 0);
  }
}

double error_of(double got, double expected) {
  if (std::isnan(expected)) return std::isnan(got) ? 0 : kInfinity;
  if (got == expected) return 0;
  return std::abs(got - expected) / std::max(std::abs(expected), 1e-32);
}

using Function = void (*)(const float*, float*, std::size_t);
void expect_close(const Kernels& kernels, Function function, double (*reference)(double),
                  double tolerance) {
  std::vector<float> x;
  for (float value = -90; value < 90; value += 0.037F) x.push_back(value);
  for (const float value : {0.F, -0.F, 1e-30F, 88.7F, 89.F, 1000.F, -103.F, -1000.F, kInfinity,
                            -kInfinity, std::numeric_limits<float>::quiet_NaN()})
    x.push_back(value);
  std::vector<float> y(x.size());
  function(x.data(), y.data(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto exact = static_cast<double>(static_cast<float>(reference(x[i])));
    ASSERT_LE(error_of(y[i], exact), tolerance) << kernels.level << " at " << x[i] << ": " << y[i];
  }
}

TEST(Kernels, ComputeExponentials) {
  for (const Kernels* const kernels : levels())
    expect_close(*kernels, kernels->exponential, [](double x) { return std::exp(x); }, 3e-7);
}

TEST(Kernels, ComputeSigmoids) {
  for (const Kernels* const kernels : levels())
    expect_close(*kernels, kernels->sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, 4e-7);
}

TEST(Kernels, ComputeHyperbolicTangents) {
  for (const Kernels* const kernels : levels())
    expect_close(*kernels, kernels->tanh, [](double x) { return std::tanh(x); }, 4e-7);
}

TEST(Kernels, LeaveOutWhatIsBeyondTheCount) {
  for (const Kernels* const kernels : levels()) {
    for (std::size_t count = 0; count < 40; ++count) {
      std::vector<float> values(41, 0);
      kernels->exponential(values.data(), values.data(), count);
      for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], i < count ? 1 : 0);
    }
  }
}

}  // namespace
}  // namespace glowplug::engine::native
