#include <gtest/gtest.h>

#include "handler/text/compile_tokenizer.h"
#include "handler/text/testing/small_tokenizers.h"

namespace glowplug::handler::text {
namespace {

std::string with(std::string_view part, std::string_view value) {
  std::string json = R"({"model":{"type":"WordLevel","unk_token":"u","vocab":{"u":0}},")";
  return json.append(part).append("\":").append(value).append("}");
}

Error refused(std::string_view json) {
  const auto file = compile_tokenizer(json);
  return file ? Error{} : file.error();
}

TEST(CompileTokenizer, SameFileForTheSameTokenizer) {
  for (const auto json : testing::kSmallTokenizers) {
    EXPECT_EQ(compile_tokenizer(json).value(), compile_tokenizer(json).value());
  }
}

TEST(CompileTokenizer, NamesWhatIsNotSupported) {
  const auto normalizer =
      refused(with("normalizer", R"({"type":"Sequence","normalizers":[{"type":"Magic"}]})"));
  EXPECT_EQ(normalizer.code, Code::unimplemented);
  EXPECT_NE(normalizer.message.find(
                "the normalizer \"Magic\" is not supported; supported: BertNormalizer"),
            std::string::npos)
      << normalizer.message;
  EXPECT_EQ(refused(with("pre_tokenizer", R"({"type":"Magic"})")).code, Code::unimplemented);
  EXPECT_EQ(refused(with("post_processor", R"({"type":"Magic"})")).code, Code::unimplemented);
  EXPECT_EQ(refused(R"({"model":{"type":"Magic","vocab":{}}})").code, Code::unimplemented);
  const auto dropout = refused(R"({"model":{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}})");
  EXPECT_EQ(dropout.code, Code::unimplemented);
  EXPECT_NE(dropout.message.find("dropout"), std::string::npos);
  EXPECT_EQ(refused(R"({"version":"2.0","model":{"type":"BPE","vocab":{},"merges":[]}})").code,
            Code::unimplemented);
}

TEST(CompileTokenizer, NamesWhatIsBroken) {
  EXPECT_EQ(refused("{").code, Code::invalid_argument);
  EXPECT_EQ(refused("[]").message,
            "tokenizer.json: this is no tokenizer.json: it has no \"model\"");
  const auto merge = refused(R"({"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}})");
  EXPECT_EQ(merge.message, "tokenizer.json: a merge needs \"b\", which is not in the vocabulary");
  EXPECT_EQ(refused(with("normalizer", R"({"type":"Prepend"})")).message,
            "tokenizer.json: \"prepend\" has to be a text, not missing");
  EXPECT_EQ(
      refused(with("normalizer", R"({"type":"Replace","pattern":{"Regex":"("},"content":""})"))
          .code,
      Code::invalid_argument);
  EXPECT_EQ(refused(with("truncation", R"({"max_length":-1})")).code, Code::invalid_argument);
  EXPECT_EQ(refused(with("added_tokens",
                         R"([{"content":"A","normalized":false},{"content":"A","normalized":5}])"))
                .code,
            Code::invalid_argument);
  EXPECT_EQ(refused(R"({"model":{"type":"Unigram","unk_id":7,"vocab":[["a",0.0]]}})").code,
            Code::invalid_argument);
}

}  // namespace
}  // namespace glowplug::handler::text
