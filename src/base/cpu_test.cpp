#include "base/cpu.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "base/file.h"

namespace glowplug {
namespace {

using Registers = CpuidAnswers::Registers;

constexpr std::uint32_t kOsxsave = 1U << 27;
constexpr std::uint32_t kAvx = 1U << 28;
constexpr std::uint32_t kFma = 1U << 12;
constexpr std::uint32_t kAvx2 = 1U << 5;
constexpr std::uint32_t kAvx512f = 1U << 16;

struct PlayedCpu {
  std::uint32_t last_leaf = 7;
  std::uint32_t leaf1_ecx = 0;
  std::uint32_t leaf7_ebx = 0;
  std::uint64_t xcr0 = 0;
};

CpuFeatures features_of(const PlayedCpu& cpu) {
  return x86_features({[cpu](std::uint32_t leaf, std::uint32_t /*subleaf*/) -> Registers {
                         if (leaf == 0) return {cpu.last_leaf, 0, 0, 0};
                         if (leaf == 1) return {0, 0, cpu.leaf1_ecx, 0};
                         return {0, cpu.leaf7_ebx, 0, 0};
                       },
                       [cpu] { return cpu.xcr0; }});
}
std::string level_of(const PlayedCpu& cpu) { return cpu_level(features_of(cpu)); }

TEST(CpuLevel, GrowsWithTheInstructionSet) {
  EXPECT_EQ(level_of({}), "x86-64-sse2");
  EXPECT_EQ(level_of({.leaf1_ecx = kOsxsave | kAvx, .xcr0 = 7}), "x86-64-avx");
  EXPECT_EQ(level_of({.leaf1_ecx = kOsxsave | kAvx | kFma, .leaf7_ebx = kAvx2, .xcr0 = 7}),
            "x86-64-avx2");
  EXPECT_EQ(
      level_of({.leaf1_ecx = kOsxsave | kAvx | kFma, .leaf7_ebx = kAvx2 | kAvx512f, .xcr0 = 0xe7}),
      "x86-64-avx512");
}

TEST(CpuLevel, NeedsAnOperatingSystemThatSavesTheRegisters) {
  const std::uint32_t all = kOsxsave | kAvx | kFma;
  EXPECT_EQ(level_of({.leaf1_ecx = all, .leaf7_ebx = kAvx2 | kAvx512f, .xcr0 = 7}), "x86-64-avx2");
  EXPECT_EQ(level_of({.leaf1_ecx = all, .leaf7_ebx = kAvx2, .xcr0 = 3}), "x86-64-sse2");
  EXPECT_EQ(level_of({.leaf1_ecx = kAvx | kFma, .leaf7_ebx = kAvx2, .xcr0 = 7}), "x86-64-sse2");
}

TEST(CpuLevel, Avx2WithoutFmaIsAvx) {
  EXPECT_EQ(level_of({.leaf1_ecx = kOsxsave | kAvx, .leaf7_ebx = kAvx2, .xcr0 = 7}), "x86-64-avx");
}

TEST(CpuLevel, OfArmIsNeon) { EXPECT_EQ(cpu_level({"aarch64", {"asimd", "sve"}}), "aarch64-neon"); }

TEST(CpuFeatures, AsksNoLeafThatTheCpuDoesNotHave) {
  EXPECT_FALSE(features_of({.last_leaf = 1, .leaf7_ebx = 1U << 29}).has("sha_ni"));
  EXPECT_TRUE(features_of({.last_leaf = 7, .leaf7_ebx = 1U << 29}).has("sha_ni"));
}

TEST(CpuFeatures, OfThisMachineNameItsArchitecture) {
  const CpuFeatures features = detect_cpu();
  EXPECT_TRUE(features.architecture == "x86-64" || features.architecture == "aarch64");
  EXPECT_TRUE(cpu_level(features).starts_with(features.architecture));
}

#if defined(__x86_64__)
TEST(CpuFeatures, OfThisMachineAreThoseThatTheKernelTells) {
  const auto text = read_file("/proc/cpuinfo", std::size_t{1} << 22);
  ASSERT_TRUE(text);
  const std::size_t flags = text->find("\nflags");
  ASSERT_NE(flags, std::string::npos);
  const std::string line = text->substr(flags, text->find('\n', flags + 1) - flags) + " ";
  const CpuFeatures features = detect_cpu();
  for (const std::string_view name :
       {"sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512dq",
        "avx512vl", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16", "sha_ni"}) {
    EXPECT_EQ(features.has(name), line.find(" " + std::string(name) + " ") != std::string::npos)
        << name;
  }
}
#endif

}  // namespace
}  // namespace glowplug
