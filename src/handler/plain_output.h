#pragma once
#include <memory>
#include <string>

#include "handler/output.h"

namespace glowplug::handler {

/// The outputs as they are, as handler/records writes them.
[[nodiscard]] std::unique_ptr<Output> make_plain_output(const Signature& signature);
/// The first few elements, for people.
[[nodiscard]] std::string preview_of(const Tensor& tensor);

}  // namespace glowplug::handler
