#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "handler/output.h"
#include "handler/spec_reader.h"

/// The kinds of Output, each in a file of its own: output_classes.cpp, output_numbers.cpp,
/// output_boxes.cpp.
namespace glowplug::handler {

[[nodiscard]] Result<std::unique_ptr<Output>> make_class_output(const SpecReader& spec,
                                                                const std::string& type,
                                                                const Signature& signature);
[[nodiscard]] Result<std::unique_ptr<Output>> make_number_output(const SpecReader& spec,
                                                                 const std::string& type,
                                                                 const Signature& signature);
[[nodiscard]] Result<std::unique_ptr<Output>> make_box_output(const SpecReader& spec,
                                                              const Signature& signature);

/// The output that `key` names, or the only one of floats, or the only one. Errors:
/// invalid_argument.
[[nodiscard]] Result<std::size_t> output_index(const SpecReader& spec, const char* key,
                                               const Signature& signature);
/// An object with exactly these properties.
[[nodiscard]] Json schema_of_object(Json properties);
/// How many values an output has for one row; 0: that is not fixed.
[[nodiscard]] std::size_t values_in_row(const TensorSpec& output);
/// Output `index` of a run. Errors: internal.
[[nodiscard]] Result<const Tensor*> answered(const RowOutputs& outputs, std::size_t run,
                                             std::size_t index);

}  // namespace glowplug::handler
