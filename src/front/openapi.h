#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "model/signature.h"

/// GET /openapi.json: OpenAPI 3.1 of what a server answers.
namespace glowplug::front {

/// What one function adds to the document, as text that goes into it as it is: members of "paths"
/// and of "components"/"schemas", without braces.
struct OpenApiPart {
  std::string paths;
  std::string schemas;
};

/// /predict/{name} and /v2/models/{name}/infer. `handler`: of the manifest, or null. Takes about
/// a tenth of a millisecond for a small model.
[[nodiscard]] std::shared_ptr<const OpenApiPart> openapi_part(const std::string& name,
                                                              const Signature& signature,
                                                              const Json& handler);

/// The whole document. `version` is the program's.
[[nodiscard]] std::string write_openapi(std::string_view version,
                                        std::span<const std::shared_ptr<const OpenApiPart>> parts);

/// The document of a server without functions: all other addresses.
[[nodiscard]] std::string_view openapi_template();

}  // namespace glowplug::front
