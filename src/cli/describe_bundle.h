#pragma once
#include <string>

#include "base/json.h"
#include "bundle/bundle.h"
#include "bundle/prepared.h"
#include "model/signature.h"

namespace glowplug::cli {

/// "  input    features        FP32[-1,4]" for each input and output, with labels.
[[nodiscard]] std::string signature_lines(const Signature& signature);
/// "up to 32 rows of different requests run together", or that none do.
[[nodiscard]] std::string batching_line(const Signature& signature);
/// Sum of the sizes of the files that the manifest lists.
[[nodiscard]] std::uint64_t size_of(const bundle::Manifest& manifest);
/// "iris@a41b07c20d55".
[[nodiscard]] std::string name_with_digest(std::string_view name, std::string_view digest);

}  // namespace glowplug::cli
