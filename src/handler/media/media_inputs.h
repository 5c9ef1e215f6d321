#pragma once
#include <memory>

#include "handler/media_input.h"

/// Inputs that decode. Keys of their specs: image/spec.h, text/text_spec.h, audio_input.cpp.
namespace glowplug::handler::media {

/// A MakeMediaInput: "image", "text" or "audio", as the spec's type says.
[[nodiscard]] Result<std::unique_ptr<Input>> make_media_input(const Json& spec,
                                                              const Signature& signature,
                                                              Assets& assets);

[[nodiscard]] Result<std::unique_ptr<Input>> make_image_input(const Json& spec,
                                                              const Signature& signature);
[[nodiscard]] Result<std::unique_ptr<Input>> make_text_input(const Json& spec,
                                                             const Signature& signature,
                                                             Assets& assets);
[[nodiscard]] Result<std::unique_ptr<Input>> make_audio_input(const Json& spec,
                                                              const Signature& signature);

}  // namespace glowplug::handler::media
