#include "handler/handler.h"

#include <gtest/gtest.h>

namespace glowplug::handler {
namespace {}
}  // namespace glowplug::handler
