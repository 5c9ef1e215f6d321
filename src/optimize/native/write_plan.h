#pragma once
#include <cstddef>
#include <vector>

#include "optimize/native/builder.h"

namespace glowplug::optimize::native {

/// The bytes of a plan (engine/native/plan_format.h) with what its outputs need and nothing else.
/// The same for the same builder on every machine.
[[nodiscard]] std::vector<std::byte> write_plan(const Builder& builder, bool rows_independent);

}  // namespace glowplug::optimize::native
