#include "engine/native/kernels.h"

#include "base/cpu.h"

namespace glowplug::engine::native {

const Kernels& kernels_of_this_cpu() {
#if defined(__x86_64__)
  const CpuFeatures cpu = detect_cpu();
  if (cpu.has("avx512f") && cpu.has("avx512dq") && cpu.has("avx512bw") && cpu.has("avx512vl"))
    return kAvx512Kernels;
  if (cpu.has("avx2") && cpu.has("fma")) return kAvx2Kernels;
#endif
  return kBaselineKernels;
}

}  // namespace glowplug::engine::native
