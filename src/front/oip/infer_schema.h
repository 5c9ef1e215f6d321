#pragma once
#include "base/json.h"
#include "model/signature.h"

namespace glowplug::front::oip {

/// JSON Schema (2020-12) of a request to POST /v2/models/{m}/infer for a model of this signature.
/// Nested lists of data are `numbers`, `integers`, `booleans` and `texts` of
/// "#/components/schemas/".
[[nodiscard]] Json infer_request_schema(const Signature& signature);
/// Of its answer. An output that was asked for as a classification is BYTES.
[[nodiscard]] Json infer_response_schema(const Signature& signature);

}  // namespace glowplug::front::oip
