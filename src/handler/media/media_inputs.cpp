#include "handler/media/media_inputs.h"

#include "handler/spec_reader.h"

namespace glowplug::handler::media {

Result<std::unique_ptr<Input>> make_media_input(const Json& spec, const Signature& signature,
                                                Assets& assets) {
  GLOWPLUG_ASSIGN(const std::string type,
                  SpecReader(spec, "input").choice("type", "", {"image", "text", "audio"}));
  if (type == "image") return make_image_input(spec, signature);
  if (type == "audio") return make_audio_input(spec, signature);
  return make_text_input(spec, signature, assets);
}

}  // namespace glowplug::handler::media
