#if defined(__x86_64__)
#define GLOWPLUG_LEVEL "avx512"
#define GLOWPLUG_LANES 16
#define GLOWPLUG_ROWS 8
#define GLOWPLUG_TABLE kAvx512Kernels
#include "engine/native/kernels_body.h"
#endif
