#include "base/cpu.h"

#include <algorithm>

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

#if defined(__x86_64__)
// As in <sys/platform/x86.h>, which is C: glibc manual, "X86-specific Facilities"; since
// glibc 2.33.
struct LoadedLeaf {
  std::array<unsigned, 4> cpuid;
  std::array<unsigned, 4> active;
};
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const LoadedLeaf* __x86_get_cpuid_feature_leaf(unsigned);
#endif

namespace glowplug {
namespace {

/// Registers that the operating system saves on a switch of tasks: bits of XCR0 that must be set
/// before an extension may be used.
constexpr std::uint64_t kNoState = 0;
constexpr std::uint64_t kAvxState = 0x6;      // XMM, YMM
constexpr std::uint64_t kAvx512State = 0xe6;  // and the opmask and ZMM registers
constexpr std::uint64_t kAmxState = 0x60000;  // tile configuration and data

struct FeatureBit {
  std::string_view name;  // as in /proc/cpuinfo
  std::uint32_t leaf;
  std::uint32_t subleaf;
  std::size_t reg;  // 0 eax, 1 ebx, 2 ecx, 3 edx
  unsigned bit;
  std::uint64_t state;
};
// Intel SDM volume 2A, CPUID leaves 1 and 7.
constexpr std::array kFeatureBits = {
    FeatureBit{"sse4_2", 1, 0, 2, 20, kNoState},
    FeatureBit{"avx", 1, 0, 2, 28, kAvxState},
    FeatureBit{"f16c", 1, 0, 2, 29, kAvxState},
    FeatureBit{"fma", 1, 0, 2, 12, kAvxState},
    FeatureBit{"avx2", 7, 0, 1, 5, kAvxState},
    FeatureBit{"avx_vnni", 7, 1, 0, 4, kAvxState},
    FeatureBit{"avx512f", 7, 0, 1, 16, kAvx512State},
    FeatureBit{"avx512bw", 7, 0, 1, 30, kAvx512State},
    FeatureBit{"avx512dq", 7, 0, 1, 17, kAvx512State},
    FeatureBit{"avx512vl", 7, 0, 1, 31, kAvx512State},
    FeatureBit{"avx512_vnni", 7, 0, 2, 11, kAvx512State},
    FeatureBit{"avx512_bf16", 7, 1, 0, 5, kAvx512State},
    FeatureBit{"amx_tile", 7, 0, 3, 24, kAmxState},
    FeatureBit{"amx_int8", 7, 0, 3, 25, kAmxState},
    FeatureBit{"amx_bf16", 7, 0, 3, 22, kAmxState},
    FeatureBit{"sha_ni", 7, 0, 1, 29, kNoState},
};
constexpr unsigned kOsxsaveBit = 27;  // of leaf 1, ecx

bool is_set(std::uint32_t word, unsigned bit) { return ((word >> bit) & 1U) != 0; }

bool offers(const CpuidAnswers& answers, std::uint32_t last_leaf, std::uint64_t saved,
            const FeatureBit& feature) {
  if (feature.leaf > last_leaf || (saved & feature.state) != feature.state) return false;
  // A leaf without this subleaf answers zeros, but leaf 7 says itself which it has.
  if (feature.leaf == 7 && feature.subleaf > answers.cpuid(7, 0)[0]) return false;
  return is_set(answers.cpuid(feature.leaf, feature.subleaf).at(feature.reg), feature.bit);
}

#if defined(__x86_64__)
/// Of the leaves that are asked for here, what the dynamic loader found: under a hypervisor each
/// CPUID costs an exit, 7 us and more, and the loader has paid for them already.
CpuidAnswers::Registers ask_loader(std::uint32_t leaf, std::uint32_t subleaf) {
  constexpr unsigned kLeaf1 = 0;  // CPUID_INDEX_1, CPUID_INDEX_7, CPUID_INDEX_7_ECX_1
  constexpr unsigned kLeaf7 = 1;
  constexpr unsigned kLeaf7Subleaf1 = 6;
  if (leaf == 0) return {7, 0, 0, 0};  // what a CPU does not have is zeros
  const unsigned kept = leaf == 1 ? kLeaf1 : subleaf == 0 ? kLeaf7 : kLeaf7Subleaf1;
  return __x86_get_cpuid_feature_leaf(kept)->cpuid;
}

std::uint64_t read_xcr0() {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (std::uint64_t{high} << 32) | low;
}
#elif defined(__aarch64__)
CpuFeatures arm_features() {
  // linux/arch/arm64/include/uapi/asm/hwcap.h
  const unsigned long hwcap = ::getauxval(AT_HWCAP);
  const unsigned long hwcap2 = ::getauxval(AT_HWCAP2);
  CpuFeatures features{"aarch64", {}};
  if ((hwcap >> 1) & 1) features.names.emplace_back("asimd");
  if ((hwcap >> 10) & 1) features.names.emplace_back("asimdhp");
  if ((hwcap >> 20) & 1) features.names.emplace_back("asimddp");
  if ((hwcap >> 22) & 1) features.names.emplace_back("sve");
  if ((hwcap2 >> 13) & 1) features.names.emplace_back("i8mm");
  if ((hwcap2 >> 14) & 1) features.names.emplace_back("bf16");
  return features;
}
#endif

}  // namespace

bool CpuFeatures::has(std::string_view name) const {
  return std::find(names.begin(), names.end(), name) != names.end();
}

CpuFeatures x86_features(const CpuidAnswers& answers) {
  const std::uint32_t last_leaf = answers.cpuid(0, 0)[0];
  const bool xsave = is_set(answers.cpuid(1, 0)[2], kOsxsaveBit);
  const std::uint64_t saved = xsave ? answers.xcr0() : 0;
  CpuFeatures features{"x86-64", {}};
  for (const FeatureBit& feature : kFeatureBits) {
    if (offers(answers, last_leaf, saved, feature)) features.names.push_back(feature.name);
  }
  return features;
}

CpuFeatures detect_cpu() {
#if defined(__x86_64__)
  return x86_features({ask_loader, read_xcr0});
#elif defined(__aarch64__)
  return arm_features();
#else
#error "an architecture that base/cpu.cpp does not know"
#endif
}

std::string cpu_level(const CpuFeatures& features) {
  const std::string prefix = std::string(features.architecture) + "-";
  if (features.architecture != "x86-64") return prefix + "neon";
  // MLAS takes its AVX-512 kernels only where it would take those of AVX2, and those only with FMA.
  if (!features.has("avx")) return prefix + "sse2";
  if (!features.has("avx2") || !features.has("fma")) return prefix + "avx";
  return prefix + (features.has("avx512f") ? "avx512" : "avx2");
}

}  // namespace glowplug
