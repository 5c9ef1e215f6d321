#include "handler/image/resample_loops.h"

namespace glowplug::handler::image {

const ResampleKernels& baseline_resample_kernels() { return kKernels; }

}  // namespace glowplug::handler::image
