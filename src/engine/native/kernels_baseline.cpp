#define GLOWPLUG_LEVEL "baseline"
#define GLOWPLUG_LANES 4
#define GLOWPLUG_ROWS 3
#define GLOWPLUG_TABLE kBaselineKernels
#include "engine/native/kernels_body.h"
