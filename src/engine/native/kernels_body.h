// No include guard: compiled once for each level of CPU, by kernels_LEVEL.cpp, which defines
//   GLOWPLUG_LEVEL   the level's name
//   GLOWPLUG_LANES   floats in one register: 4, 8 or 16
//   GLOWPLUG_ROWS    rows of a tile whose sums fit into the registers
//   GLOWPLUG_TABLE   the Kernels to define
// Everything else is in an unnamed namespace and calls no function of a header: a shared inline
// function compiled here would be taken by the linker for all CPUs.
#include <cstdint>

#include "engine/native/kernels.h"

namespace glowplug::engine::native {
namespace {

constexpr int kLanes = GLOWPLUG_LANES;
constexpr int kTileRows = GLOWPLUG_ROWS;
constexpr int kVectors = static_cast<int>(kPanelWidth) / kLanes;  ///< registers in a panel's row

using Floats = float __attribute__((vector_size(kLanes * 4)));
using Ints = std::int32_t __attribute__((vector_size(kLanes * 4)));
struct __attribute__((packed, aligned(4), may_alias)) UnalignedFloats {
  Floats v;
};

inline Floats load(const float* from) { return reinterpret_cast<const UnalignedFloats*>(from)->v; }
inline void store(float* to, Floats value) { reinterpret_cast<UnalignedFloats*>(to)->v = value; }
inline Floats all(float value) { return Floats{} + value; }

inline Floats bounded(Floats x, float low, float high) {
  // NaN compares false and stays.
  x = x < low ? all(low) : x;
  return x > high ? all(high) : x;
}

void store_part(float* to, const Floats* values, std::size_t count) {
  float whole[kPanelWidth];
  for (int v = 0; v < kVectors; ++v) store(whole + static_cast<std::size_t>(v) * kLanes, values[v]);
  for (std::size_t i = 0; i < count; ++i) to[i] = whole[i];
}

void load_part(const float* from, Floats* values, std::size_t count) {
  float whole[kPanelWidth] = {};
  for (std::size_t i = 0; i < count; ++i) whole[i] = from[i];
  for (int v = 0; v < kVectors; ++v) values[v] = load(whole + static_cast<std::size_t>(v) * kLanes);
}

/// Adds the bias, clamps and stores one row of one panel.
inline void finish(const MatrixProduct& p, std::size_t row, std::size_t column, Floats* sums) {
  const std::size_t left = p.columns - column;
  Floats bias[kVectors] = {};
  if (p.column_bias != nullptr) {
    if (left >= kPanelWidth) {
      for (int v = 0; v < kVectors; ++v)
        bias[v] = load(p.column_bias + column + static_cast<std::size_t>(v) * kLanes);
    } else {
      load_part(p.column_bias + column, bias, left);
    }
  }
  const float row_bias = p.row_bias == nullptr ? 0 : p.row_bias[row];
  for (int v = 0; v < kVectors; ++v) {
    sums[v] += bias[v] + row_bias;
    if (p.clamped) sums[v] = bounded(sums[v], p.low, p.high);
  }
  float* const to = p.out + row * p.out_stride + column;
  if (left >= kPanelWidth) {
    for (int v = 0; v < kVectors; ++v) store(to + static_cast<std::size_t>(v) * kLanes, sums[v]);
  } else {
    store_part(to, sums, left);
  }
}

/// Rows x Panels sums held in registers over the whole depth.
template <int Rows, int Panels, bool Direct>
void tile(const MatrixProduct& p, std::size_t row, std::size_t panel) {
  Floats sums[Rows][Panels][kVectors] = {};
  const float* a = p.a + row * p.a_stride;
  const std::size_t panel_size = Direct ? kPanelWidth : p.depth * kPanelWidth;
  const float* const first = p.panels + panel * panel_size;
  for (std::size_t k = 0; k < p.depth; ++k) {
    const float* const b = first + (Direct ? p.offsets[k] : k * kPanelWidth);
#pragma GCC unroll 8
    for (int q = 0; q < Panels; ++q) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const Floats weights = load(b + static_cast<std::size_t>(q) * panel_size +
                                    static_cast<std::size_t>(v) * kLanes);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r)
          sums[r][q][v] += weights * a[static_cast<std::size_t>(r) * p.a_stride + k];
      }
    }
  }
  for (int r = 0; r < Rows; ++r)
    for (int q = 0; q < Panels; ++q)
      finish(p, row + static_cast<std::size_t>(r),
             (panel + static_cast<std::size_t>(q)) * kPanelWidth, sums[r][q]);
}

/// One row has too few sums to keep the units busy, so even and odd k add up apart.
template <int Panels>
void row_tile(const MatrixProduct& p, std::size_t row, std::size_t panel) {
  Floats even[Panels][kVectors] = {};
  Floats odd[Panels][kVectors] = {};
  const float* const a = p.a + row * p.a_stride;
  const float* b = p.panels + panel * p.depth * kPanelWidth;
  const std::size_t panel_size = p.depth * kPanelWidth;
  std::size_t k = 0;
  for (; k + 2 <= p.depth; k += 2, b += 2 * kPanelWidth) {
#pragma GCC unroll 8
    for (int q = 0; q < Panels; ++q) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const float* const at =
            b + static_cast<std::size_t>(q) * panel_size + static_cast<std::size_t>(v) * kLanes;
        even[q][v] += load(at) * a[k];
        odd[q][v] += load(at + kPanelWidth) * a[k + 1];
      }
    }
  }
  if (k < p.depth) {
    for (int q = 0; q < Panels; ++q)
      for (int v = 0; v < kVectors; ++v)
        even[q][v] += load(b + static_cast<std::size_t>(q) * panel_size +
                           static_cast<std::size_t>(v) * kLanes) *
                      a[k];
  }
  for (int q = 0; q < Panels; ++q) {
    for (int v = 0; v < kVectors; ++v) even[q][v] += odd[q][v];
    finish(p, row, (panel + static_cast<std::size_t>(q)) * kPanelWidth, even[q]);
  }
}

void multiply_row(const MatrixProduct& p, std::size_t row) {
  const std::size_t panels = panels_of(p.columns);
  std::size_t panel = 0;
  for (; panel + 4 <= panels && kLanes == 16; panel += 4) row_tile<4>(p, row, panel);
  for (; panel + 2 <= panels && kLanes >= 8; panel += 2) row_tile<2>(p, row, panel);
  for (; panel < panels; ++panel) row_tile<1>(p, row, panel);
}

template <int Panels, bool Direct>
void multiply_panels(const MatrixProduct& p, std::size_t panel) {
  constexpr std::size_t kStep = kTileRows;
  std::size_t row = 0;
  for (; row + kStep <= p.rows; row += kStep) tile<kTileRows, Panels, Direct>(p, row, panel);
  for (; row + 2 <= p.rows; row += 2) tile<2, Panels, Direct>(p, row, panel);
  for (; row < p.rows; ++row) tile<1, Panels, Direct>(p, row, panel);
}

template <bool Direct>
void multiply_all(const MatrixProduct& p) {
  const std::size_t panels = panels_of(p.columns);
  std::size_t panel = 0;
  for (; panel + 2 <= panels && kLanes == 16; panel += 2) multiply_panels<2, Direct>(p, panel);
  for (; panel < panels; ++panel) multiply_panels<1, Direct>(p, panel);
}

void multiply(const MatrixProduct& p) {
  if (p.offsets != nullptr) return multiply_all<true>(p);
  if (p.rows == 1) return multiply_row(p, 0);
  multiply_all<false>(p);
}

/// 2^n for whole n in [-126, 127].
inline Floats power_of_two(Ints n) {
  union {
    Ints i;
    Floats f;
  } bits;
  bits.i = (n + 127) << 23;
  return bits.f;
}

/// e^x = 2^n e^r with n = round(x / ln 2); e^r by the polynomial of Cephes' expf
/// (netlib.org/cephes). 2^n in two halves, so that results below the normal range and infinity come
/// out right.
inline Floats exp_of(Floats x) {
  x = bounded(x, -104.F, 89.F);
  constexpr float kRound = 12582912.F;  // 1.5 * 2^23: the sum's last bit stands for 1
  const Floats n = (x * 1.44269504F + kRound) - kRound;
  const Floats r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  Floats e = r * 1.9875691500e-4F + 1.3981999507e-3F;
  e = e * r + 8.3334519073e-3F;
  e = e * r + 4.1665795894e-2F;
  e = e * r + 1.6666665459e-1F;
  e = e * r + 5.0000001201e-1F;
  e = e * (r * r) + r + 1.F;
  const Ints whole = __builtin_convertvector(n == n ? n : all(0), Ints);
  const Ints half = whole >> 1;
  return e * power_of_two(half) * power_of_two(whole - half);
}

inline Floats sigmoid_of(Floats x) { return 1.F / (1.F + exp_of(-x)); }

/// The rational approximation that Eigen and MLAS use (Eigen, MathFunctionsImpl.h, ptanh_float).
inline Floats tanh_of(Floats x) {
  x = bounded(x, -9.F, 9.F);
  const Floats s = x * x;
  Floats p = s * -2.76076847742355e-16F + 2.00018790482477e-13F;
  p = p * s + -8.60467152213735e-11F;
  p = p * s + 5.12229709037114e-08F;
  p = p * s + 1.48572235717979e-05F;
  p = p * s + 6.37261928875436e-04F;
  p = p * s + 4.89352455891786e-03F;
  Floats q = s * 1.19825839466702e-06F + 1.18534705686654e-04F;
  q = q * s + 2.26843463243900e-03F;
  q = q * s + 4.89352518554385e-03F;
  return x * p / q;
}

template <Floats (*Function)(Floats)>
void each(const float* x, float* out, std::size_t count) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store(out + i, Function(load(x + i)));
  if (i == count) return;
  float rest[kLanes] = {};
  for (std::size_t j = i; j < count; ++j) rest[j - i] = x[j];
  store(rest, Function(load(rest)));
  for (std::size_t j = i; j < count; ++j) out[j] = rest[j - i];
}

}  // namespace

const Kernels GLOWPLUG_TABLE = {GLOWPLUG_LEVEL, multiply, each<exp_of>, each<sigmoid_of>,
                                each<tanh_of>};

}  // namespace glowplug::engine::native
