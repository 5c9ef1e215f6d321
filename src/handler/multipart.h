#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug::handler {

/// One part of a form, as views into the body.
struct FormPart {
  std::string name;       ///< of the field
  std::string file_name;  ///< empty where it is no file
  std::string content_type;
  std::string_view bytes;
};

inline constexpr std::size_t kMostFormParts = 1000;

/// The parts of a multipart/form-data body (RFC 7578, RFC 2046 section 5.1). `content_type` names
/// the boundary. Errors: invalid_argument (no boundary, no parts, cut off, a part without a name),
/// too_large (more than kMostFormParts).
[[nodiscard]] Result<std::vector<FormPart>> read_form(std::string_view content_type,
                                                      std::string_view body);

}  // namespace glowplug::handler
