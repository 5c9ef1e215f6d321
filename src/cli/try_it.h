#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bundle/bundle.h"

namespace glowplug::cli {

/// A command line for a POSIX shell that asks the function `name` of the server `url`
/// ("http://127.0.0.1:8080"). With a handler: what it takes, a picture, a text, a table, to
/// /predict/NAME; a file that stands for the caller's is "your.jpg". Without: the bundle's first
/// sample to /v2/models/NAME/infer. Samples too long for a line come out of `inspect_command`
/// ("glowplug inspect iris"). A bundle without a sample that JSON can carry: the signature is asked
/// for instead.
[[nodiscard]] std::string curl_line(const bundle::Bundle& bundle, std::string_view url,
                                    std::string_view name, std::string_view inspect_command);

/// The arguments of curl for an event that a handler with this request `content` takes
/// (handler/event_schemas.h); `named` are the schemas that it refers to.
[[nodiscard]] std::string event_arguments(const Json& content, const Json& named);

/// `text` between single quotes.
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace glowplug::cli
