#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace glowplug {

/// What a CPU offers to the programs of this machine: the instruction set and the operating
/// system's support for its registers.
struct CpuFeatures {
  std::string_view architecture;        ///< "x86-64", "aarch64", as the program was built
  std::vector<std::string_view> names;  ///< "avx2", "fma" …, as in /proc/cpuinfo, in a fixed order
  [[nodiscard]] bool has(std::string_view name) const;
};

/// Of the CPU that runs the program.
[[nodiscard]] CpuFeatures detect_cpu();

/// Name of what an optimized form of a model depends on: the kernels and the block size of
/// convolution weights that ONNX Runtime's MLAS library picks by CPUID (platform.cpp, NCHWc block
/// 16 with AVX-512F, 8 with AVX, none with SSE2). "x86-64-avx512", "x86-64-avx2", "x86-64-avx",
/// "x86-64-sse2", "aarch64-neon". Two CPUs of one level may share a form; two levels never do.
[[nodiscard]] std::string cpu_level(const CpuFeatures& features);

/// Raw answers of CPUID, so that tests can play any CPU.
struct CpuidAnswers {
  using Registers = std::array<std::uint32_t, 4>;  ///< eax, ebx, ecx, edx
  std::function<Registers(std::uint32_t leaf, std::uint32_t subleaf)> cpuid;
  std::function<std::uint64_t()> xcr0;  ///< only called when CPUID says OSXSAVE
};
/// Intel SDM volume 2A, "CPUID"; volume 1, 14.3 and 15.2 (how an OS shows that it saves AVX and
/// AVX-512 registers).
[[nodiscard]] CpuFeatures x86_features(const CpuidAnswers& answers);

}  // namespace glowplug
