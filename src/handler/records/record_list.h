#pragma once
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/signature.h"

namespace glowplug::handler::records {

/// Whether each record is a row of the tensors: every input's first dimension is free. Else one
/// record holds whole tensors.
[[nodiscard]] bool has_rows(const Signature& signature);

/// The records of a body (predict_codec.h), as pointers into it. Errors: invalid_argument (no
/// records, several where the model takes one, or a list of another depth).
[[nodiscard]] Result<std::vector<const Json*>> records_of(const Json& body,
                                                          const Signature& signature);

}  // namespace glowplug::handler::records
