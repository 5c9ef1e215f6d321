#pragma once
#include <memory>

#include "engine/engine.h"

namespace glowplug::engine::testing {

/// An adapter that can do little and says so: FP32 and INT64, dynamic shapes, one input and output.
/// It knows a model by its file's name (identity_fp32, identity_int64, fixed_rows, lookup of
/// tests/models) and computes it in C++. For tests of the conformance suite and of what stands
/// above an engine.
[[nodiscard]] std::unique_ptr<Engine> make_fake_engine();

}  // namespace glowplug::engine::testing
