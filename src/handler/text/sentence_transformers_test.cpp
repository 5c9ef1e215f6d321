#include "handler/text/sentence_transformers.h"

#include <gtest/gtest.h>

namespace glowplug::handler::text {
namespace {

TEST(SentenceTransformers, ReadsModules) {
  const auto modules = read_modules(R"([
    {"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
    {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
    {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}])");
  ASSERT_TRUE(modules) << modules.error().message;
  EXPECT_EQ(modules->pooling_path, "1_Pooling");
  EXPECT_TRUE(modules->normalize);
  const auto dense = read_modules(
      R"([{"path":"","type":"sentence_transformers.models.Transformer"},{"path":"2","type":"sentence_transformers.models.Dense"}])");
  ASSERT_FALSE(dense);
  EXPECT_EQ(dense.error().code, Code::unimplemented);
  EXPECT_FALSE(read_modules("[]"));
  EXPECT_FALSE(read_modules("{}"));
}

TEST(SentenceTransformers, ReadsPooling) {
  EXPECT_EQ(
      read_pooling(
          R"({"word_embedding_dimension":384,"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true})")
          .value(),
      PoolingMode::mean);
  EXPECT_EQ(read_pooling(R"({"pooling_mode":"lasttoken"})").value(), PoolingMode::last_token);
  EXPECT_EQ(read_pooling(R"({"pooling_mode_weightedmean_tokens":true})").error().code,
            Code::unimplemented);
  EXPECT_EQ(read_pooling(R"({"pooling_mode_cls_token":true,"pooling_mode_max_tokens":true})")
                .error()
                .code,
            Code::unimplemented);
  EXPECT_EQ(read_pooling("{}").error().code, Code::invalid_argument);
}

TEST(SentenceTransformers, ReadsLengths) {
  const auto config =
      read_sentence_bert_config(R"({"max_seq_length":256,"do_lower_case":true})").value();
  EXPECT_EQ(config.max_seq_length, 256U);
  EXPECT_TRUE(config.do_lower_case);
  EXPECT_FALSE(read_sentence_bert_config(R"({"max_seq_length":null})")->max_seq_length);
  EXPECT_EQ(read_model_max_length(R"({"model_max_length":512})").value(), 512U);
  EXPECT_EQ(
      read_model_max_length(R"({"model_max_length":1000000000000000019884624838656})").value(),
      std::nullopt);
  EXPECT_EQ(read_model_max_length("{}").value(), std::nullopt);
  EXPECT_FALSE(read_model_max_length(R"({"model_max_length":"x"})"));
}

}  // namespace
}  // namespace glowplug::handler::text
