#include "handler/image/resample_kernels.h"

#include "base/cpu.h"

namespace glowplug::handler::image {

const ResampleKernels& resample_kernels() {
  static const ResampleKernels& chosen = [&]() -> const ResampleKernels& {
    const ResampleKernels* avx2 = avx2_resample_kernels();
    return avx2 != nullptr && detect_cpu().has("avx2") ? *avx2 : baseline_resample_kernels();
  }();
  return chosen;
}

}  // namespace glowplug::handler::image
