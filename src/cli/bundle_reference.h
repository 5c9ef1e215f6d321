#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bundle/bundle.h"
#include "cli/session.h"
#include "model/function_settings.h"

namespace glowplug::cli {

/// A bundle that the user named, opened with every hash checked.
struct NamedBundle {
  bundle::Bundle bundle;
  std::string function = {};  ///< empty: it is a folder of the user's
  std::string version = {};
  GivenSettings settings = {};  ///< the function's record in the store
};

/// `reference`: a folder, or FUNCTION[@VERSION or @ALIAS] of the store (default: live). A folder
/// wins. Errors: not_found (neither, with "did you mean"), those of Bundle::open.
[[nodiscard]] Result<NamedBundle> open_named_bundle(const Session& session,
                                                    std::string_view reference);

}  // namespace glowplug::cli
