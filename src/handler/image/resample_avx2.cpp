// Compiled with -mavx2 on x86-64.
#include "handler/image/resample_kernels.h"

#ifdef __AVX2__
#include "handler/image/resample_loops.h"

namespace glowplug::handler::image {
const ResampleKernels* avx2_resample_kernels() { return &kKernels; }
}  // namespace glowplug::handler::image
#else
namespace glowplug::handler::image {
const ResampleKernels* avx2_resample_kernels() { return nullptr; }
}  // namespace glowplug::handler::image
#endif
