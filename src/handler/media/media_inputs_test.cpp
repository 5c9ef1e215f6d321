#include "handler/media/media_inputs.h"

#include <gtest/gtest.h>

#include "handler/handler.h"

namespace glowplug::handler::media {
namespace {

class NoAssets final : public Assets {
 public:
  [[nodiscard]] Result<std::span<const std::byte>> get(std::string_view name) override {
    return Error{Code::not_found, "there is no asset " + std::string(name), {}};
  }
};

Signature taking(TensorSpec input) {
  Signature signature;
  signature.inputs = {std::move(input)};
  signature.outputs = {{"scores", Datatype::fp32, {-1, 2}, false, {}}};
  return signature;
}

std::string field_of(const Json& spec, const Signature& signature) {
  NoAssets assets;
  const auto made = make_media_input(spec, signature, assets);
  EXPECT_TRUE(made) << made.error().message;
  return made ? std::string((*made)->kind().field) : "";
}

std::string refusal_of(const Json& spec, const Signature& signature) {
  NoAssets assets;
  const auto made = make_media_input(spec, signature, assets);
  EXPECT_FALSE(made);
  return made ? "" : made.error().message;
}

TEST(MediaInputs, MakesTheInputThatTheTypeSays) {
  EXPECT_EQ(field_of({{"type", "image"}, {"resize", {{"width", 8}, {"height", 8}}}},
                     taking({"x", Datatype::fp32, {-1, 3, 8, 8}, false, {}})),
            "image");
  EXPECT_EQ(field_of({{"type", "text"}, {"text", "words"}},
                     taking({"words", Datatype::bytes, {-1, 1}, false, {}})),
            "text");
  EXPECT_EQ(field_of({{"type", "audio"}, {"sample_rate", 16000}},
                     taking({"sound", Datatype::fp32, {-1, -1}, false, {}})),
            "audio");
}

TEST(MediaInputs, RefusesBytesAndWhatDoesNotFit) {
  const Signature sound = taking({"sound", Datatype::fp32, {-1, -1}, false, {}});
  EXPECT_EQ(refusal_of({{"type", "bytes"}}, sound),
            "input.type is \"bytes\"; expected one of image, text, audio");
  EXPECT_EQ(refusal_of({{"type", "audio"}}, sound),
            "input.sample_rate, in samples a second, is missing");
  EXPECT_EQ(
      refusal_of({{"type", "text"}}, taking({"input_ids", Datatype::int64, {-1, -1}, false, {}})),
      "there is no asset tokenizer.bin");
}

TEST(MediaInputs, AHandlerReadsWithThem) {
  NoAssets assets;
  const Json spec{{"input", {{"type", "audio"}, {"sample_rate", 16000}}}};
  const auto made = Handler::create(spec, taking({"sound", Datatype::fp32, {-1, -1}, false, {}}),
                                    assets, make_media_input);
  EXPECT_TRUE(made) << made.error().message;
}

}  // namespace
}  // namespace glowplug::handler::media
