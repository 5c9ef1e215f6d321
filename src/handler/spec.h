#pragma once
#include "base/json.h"
#include "base/result.h"

/// A handler's spec, "handler" in a manifest:
///
///     {"input": {"type": "image", …}, "output": {"type": "label", …}}
///     {"code": {"language": "python", "file": "code/handler.py", …}}
///
/// Keys of "input": table_spec.h, image/, text/, media/, input_bytes.cpp; of "output": output.h.
namespace glowplug::handler {

/// Whether a spec's events are tables, which need no decoding behind a sandbox: they are read where
/// they arrive (handler/table.h).
[[nodiscard]] bool is_table(const Json& spec);
/// Whether a spec's events are pictures, texts or sounds, which codecs and tokenizers read
/// (handler/media_input.h).
[[nodiscard]] bool needs_media(const Json& spec);
/// Whether a spec has "input", perhaps "output", and nothing else. Errors: invalid_argument.
[[nodiscard]] Result<void> check_spec(const Json& spec);

}  // namespace glowplug::handler
