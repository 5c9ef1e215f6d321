#pragma once
#include <functional>
#include <memory>

#include "base/json.h"
#include "base/result.h"
#include "handler/assets.h"
#include "handler/input.h"
#include "model/signature.h"

/// The border between handlers and what decodes pictures, texts and sounds: codecs and tokenizers
/// are two thirds as large as the rest of a program that answers events, and most functions need
/// none. A program links them (handler/media/) or opens them as a library.
namespace glowplug::handler {

/// Makes an input of the types that needs_media (handler/spec.h) knows. `spec` is "input" of a
/// handler's spec; `assets` outlives the input. Errors: invalid_argument naming the key, those of
/// `assets`.
using MakeMediaInput = std::function<Result<std::unique_ptr<Input>>(
    const Json& spec, const Signature& signature, Assets& assets)>;

/// What libglowplug-media.so gives. C++ objects pass between it and the program, so that it is of
/// use only to a program of the same build: `abi` is compared with handler/media_abi.h first. The
/// library is never closed.
struct MediaLibrary {
  const char* abi;
  Result<std::unique_ptr<Input>> (*make)(const Json& spec, const Signature& signature,
                                         Assets& assets);  ///< a MakeMediaInput
};
/// The library's one name, a MediaLibraryEntry of C.
inline constexpr const char* kMediaLibraryEntry = "glowplug_media_library";
using MediaLibraryEntry = const MediaLibrary* (*)();

/// "input" of a handler's spec. `media` is empty where there are no codecs. Errors:
/// invalid_argument naming the key, unimplemented (a type that needs `media`).
[[nodiscard]] Result<std::unique_ptr<Input>> make_input(const Json& spec,
                                                        const Signature& signature, Assets& assets,
                                                        const MakeMediaInput& media);

}  // namespace glowplug::handler
