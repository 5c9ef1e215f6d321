#include "engine/native/kernels.h"

namespace glowplug::engine::native {

// The compiler's own look at CPUID and XCR0: base/cpu.h asks for much more, and under a hypervisor
// each CPUID costs tens of microseconds.
const Kernels& kernels_of_this_cpu() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return kAvx512Kernels;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return kAvx2Kernels;
#endif
  return kBaselineKernels;
}

}  // namespace glowplug::engine::native
