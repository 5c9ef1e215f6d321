#pragma once
#include <string>

#include "base/json.h"
#include "model/signature.h"

namespace glowplug::handler {

/// What POST /predict/{function} takes and gives, as OpenAPI 3.1 says it.
struct EventSchemas {
  Json request;  ///< `content` of the request's body: media types with their JSON Schema (2020-12)
  Json answer;   ///< `content` of the answer 200
  Json named = Json::object();  ///< schemas that both refer to: "record", "prediction"
};

/// `handler`: the spec of a manifest, or null for plain records. Code says itself what it takes
/// (handler.code.schema); what says nothing takes and gives anything. `reference` is what stands
/// before a name of `named`: "#/components/schemas/iris.". A spec that is wrong is treated like one
/// that says nothing.
[[nodiscard]] EventSchemas event_schemas(const Json& handler, const Signature& signature,
                                         const std::string& reference);

}  // namespace glowplug::handler
