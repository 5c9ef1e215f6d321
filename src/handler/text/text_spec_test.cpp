#include "handler/text/text_spec.h"

#include <gtest/gtest.h>

#include <cstring>

#include "handler/text/compile_tokenizer.h"
#include "handler/text/testing/small_tokenizers.h"

namespace glowplug::handler::text {
namespace {

TextSpec spec_of(std::string_view json) { return text_spec_from_json(Json::parse(json)).value(); }

TEST(TextSpec, IsReadAsItIsWritten) {
  for (const char* json :
       {"{}",
        R"({"max_length":64,"normalize":true,"padding":"fixed","pair":true,"pooling":"mean"})",
        R"({"attention_mask":"m","input_ids":"i","padding":"none","token_type_ids":"t"})",
        R"({"lowercase":true,"text":"x"})"}) {
    EXPECT_EQ(to_json(spec_of(json)).dump(), json);
  }
}

TEST(TextSpec, NamesTheKeyThatIsWrong) {
  for (const auto& [json, key] :
       {std::pair(R"({"maxlength":1})", "maxlength"),
        std::pair(R"({"max_length":0})", "max_length"),
        std::pair(R"({"padding":"all"})", "padding"), std::pair(R"({"pair":1})", "pair"),
        std::pair(R"({"pooling":"sum"})", "pooling"),
        std::pair(R"({"normalize":true})", "normalize"),
        std::pair(R"({"lowercase":true})", "lowercase"),
        std::pair(R"({"text":"x","pooling":"cls"})", "pooling"),
        std::pair(R"({"input_ids":""})", "input_ids"), std::pair(R"({"padding":null})", "padding"),
        std::pair(R"({"text":""})", "text")}) {
    const auto spec = text_spec_from_json(Json::parse(json));
    ASSERT_FALSE(spec) << json;
    EXPECT_EQ(spec.error().code, Code::invalid_argument);
    EXPECT_NE(spec.error().message.find(std::string("\"") + key + "\""), std::string::npos)
        << spec.error().message;
  }
  EXPECT_FALSE(text_spec_from_json(Json::array()));
}

TEST(TextSpec, LengthsFallBackToTheFiles) {
  const auto file = compile_tokenizer(testing::kWordPiece).value();
  const auto tokenizer = Tokenizer::open(file).value();
  EXPECT_EQ(encode_options(spec_of("{}"), tokenizer)->truncation->max_length, 8U);
  const auto fixed =
      encode_options(spec_of(R"({"max_length":5,"padding":"fixed"})"), tokenizer).value();
  EXPECT_EQ(fixed.truncation->max_length, 5U);
  EXPECT_EQ(fixed.padding->fixed, 5U);
  EXPECT_FALSE(encode_options(spec_of(R"({"padding":"none"})"), tokenizer)->padding);
  const auto bare_file =
      compile_tokenizer(testing::kWordLevel, R"({"model_max_length":77,"truncation_side":"left"})")
          .value();
  const auto bare = Tokenizer::open(bare_file).value();
  const auto options = encode_options(spec_of("{}"), bare).value();
  EXPECT_EQ(options.truncation->max_length, 77U);
  EXPECT_EQ(options.truncation->side, Side::left);
  const auto endless_file = compile_tokenizer(testing::kWordLevel).value();
  const auto endless = Tokenizer::open(endless_file).value();
  EXPECT_FALSE(encode_options(spec_of(R"({"padding":"fixed"})"), endless));
  EXPECT_FALSE(encode_options(spec_of("{}"), endless)->truncation);
}

TEST(TextSpec, MakesTensors) {
  const auto file = compile_tokenizer(testing::kWordPiece).value();
  const auto tokenizer = Tokenizer::open(file).value();
  const std::vector<TextPair> texts = {{"a", {}}, {"able a", {}}};
  auto encodings =
      tokenizer.encode_batch(texts, encode_options(spec_of("{}"), tokenizer).value()).value();
  const auto tensors = token_tensors(encodings).value();
  EXPECT_EQ(tensors.input_ids.shape, (Shape{2, 4}));
  EXPECT_TRUE(check_tensor(tensors.token_type_ids.view()));
  std::vector<std::int64_t> mask(8);
  std::memcpy(mask.data(), tensors.attention_mask.bytes.data(), 64);
  EXPECT_EQ(mask, (std::vector<std::int64_t>{1, 1, 1, 0, 1, 1, 1, 1}));
  EXPECT_EQ(token_tensors(encodings, Datatype::int32)->input_ids.bytes.size(), 32U);
  EXPECT_FALSE(token_tensors(encodings, Datatype::fp32));
  encodings[0].ids.pop_back();
  EXPECT_FALSE(token_tensors(encodings));
}

TEST(TextSpec, PlainTextGoesInAsItIs) {
  const std::vector<std::string_view> texts = {"\xC4\xB0X", "\xFF"};
  const auto as_is = text_tensor(texts, spec_of(R"({"text":"t"})"));
  EXPECT_EQ(bytes_elements(as_is.bytes, 2).value(),
            (std::vector<std::string_view>{"\xC4\xB0X", "\xFF"}));
  const auto low = text_tensor(texts, spec_of(R"({"text":"t","lowercase":true})"));
  EXPECT_EQ(bytes_elements(low.bytes, 2).value(),
            (std::vector<std::string_view>{"i\xCC\x87x", "\xEF\xBF\xBD"}));
}

}  // namespace
}  // namespace glowplug::handler::text
