#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace glowplug::handler {

/// The type of a Content-Type value without its parameters, lower case: "image/jpeg"; empty if
/// there is none.
[[nodiscard]] std::string media_type(std::string_view content_type);
/// A parameter of a Content-Type or Content-Disposition value, unquoted (RFC 9110 section 5.6.6);
/// names are compared without case.
[[nodiscard]] std::optional<std::string> media_parameter(std::string_view value,
                                                         std::string_view name);
/// application/json, text/json, and types that end with +json.
[[nodiscard]] bool is_json(std::string_view media_type);

/// The type that a file's name, or else its first bytes, say: "image/jpeg", "text/csv",
/// "application/json", "audio/wav"; "application/octet-stream" for all else.
[[nodiscard]] std::string guess_media_type(std::string_view file_name, std::string_view bytes);

}  // namespace glowplug::handler
