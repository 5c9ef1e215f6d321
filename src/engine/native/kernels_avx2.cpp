#if defined(__x86_64__)
#define GLOWPLUG_LEVEL "avx2"
#define GLOWPLUG_LANES 8
#define GLOWPLUG_ROWS 6
#define GLOWPLUG_TABLE kAvx2Kernels
#include "engine/native/kernels_body.h"
#endif
