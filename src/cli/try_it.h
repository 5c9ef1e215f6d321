#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bundle/bundle.h"

namespace glowplug::cli {

/// A command line for a POSIX shell that sends the bundle's first sample to `url` (the function's
/// /v2/models/NAME) and gets an answer. Samples too long for a line come out of `inspect_command`
/// ("glowplug inspect iris"). A bundle without a sample that JSON can carry: the signature is asked
/// for instead.
[[nodiscard]] std::string curl_line(const bundle::Bundle& bundle, std::string_view url,
                                    std::string_view inspect_command);

/// `text` between single quotes.
[[nodiscard]] std::string shell_quoted(std::string_view text);

}  // namespace glowplug::cli
