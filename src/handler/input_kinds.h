#pragma once
#include <cstddef>
#include <memory>

#include "handler/input.h"
#include "handler/spec_reader.h"

/// The Input that needs no codec, and what all kinds of Input need: those that do are in media/.
namespace glowplug::handler {

[[nodiscard]] Result<std::unique_ptr<Input>> make_bytes_input(const SpecReader& spec,
                                                              const Signature& signature);

/// The input that the spec's "tensor" names, or the only one. Errors: invalid_argument.
[[nodiscard]] Result<std::size_t> input_index(const SpecReader& spec, const Signature& signature);
/// Every input but `filled` is left out. Errors: invalid_argument: one of them is not optional.
[[nodiscard]] Result<void> check_others_optional(const Signature& signature, std::size_t filled);

}  // namespace glowplug::handler
