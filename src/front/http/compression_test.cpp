#include "front/http/compression.h"

#include <gtest/gtest.h>

#include "front/http/inflater.h"

namespace glowplug::front::http {
namespace {

std::string field_of(const HttpAnswer& answer, std::string_view name) {
  for (const auto& [field, value] : answer.headers) {
    if (field == name) return value;
  }
  return "";
}

HttpAnswer answer_of(std::string body, std::string_view piece = {}) {
  HttpAnswer answer;
  answer.body = std::move(body);
  if (!piece.empty()) answer.pieces.push_back({piece, nullptr});
  return answer;
}

std::string inflated(const HttpAnswer& answer, Inflater::Form form) {
  Inflater inflater(form, 1 << 30);
  std::string out;
  EXPECT_FALSE(inflater.add(answer.body, out));
  EXPECT_FALSE(inflater.finish());
  return out;
}

TEST(Compression, ChoosesByWeightAndTheFirstOnTies) {
  struct Row {
    std::optional<std::string_view> accepts;
    ContentCoding chosen;
  };
  for (const Row& row :
       {Row{std::nullopt, ContentCoding::identity}, Row{"", ContentCoding::identity},
        Row{"gzip", ContentCoding::gzip}, Row{"deflate", ContentCoding::deflate},
        Row{"gzip, deflate", ContentCoding::gzip}, Row{"deflate, gzip", ContentCoding::deflate},
        Row{"GZIP", ContentCoding::gzip}, Row{"x-gzip", ContentCoding::gzip},
        Row{"br, zstd", ContentCoding::identity}, Row{"br, gzip;q=0.1", ContentCoding::gzip},
        Row{"gzip;q=0.5, deflate;q=0.8", ContentCoding::deflate},
        Row{"gzip;q=0.5, identity", ContentCoding::identity},
        Row{"gzip;q=0", ContentCoding::identity},
        Row{"gzip ; q = 0.001 ,\tdeflate;q=0", ContentCoding::gzip},
        Row{"gzip;q=2, deflate", ContentCoding::deflate}, Row{"gzip;q=-1", ContentCoding::identity},
        Row{"gzip;q=x", ContentCoding::identity}, Row{"gzip;level=9", ContentCoding::gzip},
        Row{",,;q=1,gzip", ContentCoding::gzip}}) {
    EXPECT_EQ(choose_coding(row.accepts), row.chosen) << row.accepts.value_or("(none)");
  }
}

TEST(Compression, KnowsWhenTheUncompressedFormIsRuledOut) {
  EXPECT_FALSE(refuses_identity(std::nullopt));
  EXPECT_FALSE(refuses_identity("gzip"));
  EXPECT_FALSE(refuses_identity("*;q=0, identity;q=0.1"));
  EXPECT_TRUE(refuses_identity("gzip, identity;q=0"));
  EXPECT_TRUE(refuses_identity("gzip, *;q=0"));
}

TEST(Compression, CompressesBodyAndPiecesIntoOneBody) {
  const std::string piece(100'000, 'p');
  for (const auto& [name, form] :
       {std::pair("gzip", Inflater::Form::gzip), std::pair("deflate", Inflater::Form::deflate)}) {
    HttpAnswer answer = answer_of("head ", piece);
    compress_answer(answer, name);
    EXPECT_EQ(field_of(answer, "Content-Encoding"), name);
    EXPECT_EQ(field_of(answer, "Vary"), "Accept-Encoding");
    EXPECT_TRUE(answer.pieces.empty());
    EXPECT_LT(answer.body.size(), 2000U);
    EXPECT_EQ(inflated(answer, form), "head " + piece);
  }
}

TEST(Compression, SendsAZlibStreamAsDeflate) {
  HttpAnswer answer = answer_of(std::string(5000, 'a'));
  compress_answer(answer, "deflate");
  EXPECT_EQ(answer.body.front(), '\x78');  // RFC 1950: method 8, window of 32 kB
}

TEST(Compression, LeavesSmallBodiesAndWhatDoesNotShrink) {
  HttpAnswer small = answer_of(std::string(100, 'a'));
  compress_answer(small, "gzip");
  EXPECT_EQ(small.body, std::string(100, 'a'));
  EXPECT_EQ(field_of(small, "Content-Encoding"), "");

  std::string noise;
  std::uint32_t state = 1;
  while (noise.size() < 5000)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  HttpAnswer dense = answer_of(noise);
  compress_answer(dense, "gzip");
  EXPECT_EQ(dense.body, noise);
  EXPECT_EQ(field_of(dense, "Content-Encoding"), "");
  EXPECT_EQ(field_of(dense, "Vary"), "Accept-Encoding");
}

TEST(Compression, CompressesEvenLittleWhereNothingElseIsAccepted) {
  for (const std::string& body : {std::string("x"), std::string()}) {
    HttpAnswer answer = answer_of(body);
    compress_answer(answer, "gzip, identity;q=0");
    EXPECT_EQ(field_of(answer, "Content-Encoding"), "gzip");
    EXPECT_EQ(inflated(answer, Inflater::Form::gzip), body);
  }
}

}  // namespace
}  // namespace glowplug::front::http
