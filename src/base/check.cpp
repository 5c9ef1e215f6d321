#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace glowplug {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken promise of our own: %s\n", file, line, condition);
  std::abort();
}

}  // namespace glowplug
