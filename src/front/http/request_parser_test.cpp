#include "front/http/request_parser.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "front/http/testing/bad_requests.h"

namespace glowplug::front::http {
namespace {

using testing::BadRequest;
using Step = RequestParser::Step;

/// What came out of one connection's bytes.
struct Outcome {
  std::vector<HttpRequest> requests;
  std::vector<RequestFraming> framings;
  std::optional<Refusal> refusal;
};

/// Feeds `bytes` in pieces of `piece` bytes.
Outcome feed(RequestParser& parser, std::string_view bytes, std::size_t piece) {
  Outcome outcome;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    for (bool more = true; more;) {
      const RequestParser::Fed fed = parser.feed(part);
      EXPECT_LE(fed.used, part.size());
      part.remove_prefix(fed.used);
      more = fed.step != Step::need_more;
      if (fed.step == Step::head) outcome.framings.push_back(parser.framing());
      if (fed.step == Step::request) outcome.requests.push_back(parser.take());
      if (fed.step == Step::refused) {
        outcome.refusal = parser.refusal();
        return outcome;
      }
    }
    EXPECT_TRUE(part.empty());
  }
  return outcome;
}

Outcome feed(std::string_view bytes, const HttpLimits& limits = {},
             std::size_t piece = std::string_view::npos) {
  RequestParser parser(limits);
  return feed(parser, bytes, piece);
}

std::string deflated(std::string_view text, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

constexpr int kGzip = 31;
constexpr int kZlib = 15;
constexpr int kRaw = -15;

std::string coded_request(std::string_view coding, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: " + std::string(coding) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

class BadRequests : public ::testing::TestWithParam<std::size_t> {};

TEST_P(BadRequests, AreRefusedWithTheirStatusAndText) {
  const HttpLimits limits;
  const std::vector<BadRequest> table = testing::bad_requests();
  ASSERT_GE(table.size(), 90U);
  for (const BadRequest& bad : table) {
    SCOPED_TRACE(bad.name);
    RequestParser parser(limits);
    Outcome outcome = feed(parser, bad.bytes, GetParam());
    EXPECT_TRUE(outcome.requests.empty());
    if (bad.end) {
      EXPECT_FALSE(outcome.refusal);
      ASSERT_NE(parser.phase(), RequestParser::Phase::idle);
      outcome.refusal = parser.cut_off();
    }
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->status, bad.status);
    EXPECT_NE(outcome.refusal->text.find(bad.text), std::string::npos) << outcome.refusal->text;
  }
}
INSTANTIATE_TEST_SUITE_P(InPiecesOf, BadRequests, ::testing::Values(1, 7, 1500, 1 << 20));

TEST(RequestParser, GivesLineFieldsAndBody) {
  const Outcome got = feed(
      "POST /v2/models/a%20b/infer?x=1&y HTTP/1.1\r\nHost: example\r\nX-Empty:\r\n"
      "X-Spaces: \t two words \t\r\ncontent-length: 4\r\n\r\nbody");
  ASSERT_EQ(got.requests.size(), 1U);
  const HttpRequest& request = got.requests[0];
  EXPECT_EQ(request.head.method, "POST");
  EXPECT_EQ(request.head.target, "/v2/models/a%20b/infer?x=1&y");
  EXPECT_EQ(request.head.path, "/v2/models/a%20b/infer");
  EXPECT_EQ(request.head.query, "x=1&y");
  EXPECT_EQ(request.head.minor_version, 1);
  EXPECT_EQ(request.head.header("x-empty"), "");
  EXPECT_EQ(request.head.header("X-SPACES"), "two words");
  EXPECT_EQ(request.head.header("absent"), std::nullopt);
  EXPECT_EQ(*request.body, "body");
  EXPECT_EQ(request.received_bytes, 4U);
  EXPECT_GE(request.body->capacity(), request.body->size() + 64);
}

TEST(RequestParser, ViewsOfAHeadStayValidWhenItIsMoved) {
  Outcome got = feed("GET /somewhere/far/away HTTP/1.1\r\nHost: a\r\n\r\n");
  const HttpHead head = std::move(got.requests.at(0).head);
  got = {};
  EXPECT_EQ(head.path, "/somewhere/far/away");
  EXPECT_EQ(head.header("host"), "a");
}

TEST(RequestParser, ReadsTheSameHoweverTheBytesArrive) {
  const std::string bytes =
      "\r\n\r\nPOST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n"
      "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "3;name=\"quoted ; value\";x\r\nabc\r\nA\r\n0123456789\r\n000\r\nTrailer: ignored\r\n\r\n"
      "POST /empty HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      "GET /c HTTP/1.0\r\n\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    SCOPED_TRACE(piece);
    const Outcome got = feed(bytes, {}, piece);
    ASSERT_FALSE(got.refusal) << got.refusal->text;
    ASSERT_EQ(got.requests.size(), 4U);
    EXPECT_EQ(*got.requests[0].body, "abc");
    EXPECT_EQ(*got.requests[1].body, "abc0123456789");
    EXPECT_EQ(got.requests[1].received_bytes, 13U);
    EXPECT_EQ(got.requests[1].head.header("trailer"), std::nullopt);
    EXPECT_EQ(*got.requests[2].body, "");
    EXPECT_EQ(got.requests[3].head.path, "/c");
    EXPECT_EQ(got.requests[3].head.minor_version, 0);
  }
}

TEST(RequestParser, TakesAPostWithoutAnyLengthAsEmpty) {
  const Outcome got = feed("POST /v2/repository/index HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(got.requests.size(), 1U);
  EXPECT_EQ(*got.requests[0].body, "");
}

TEST(RequestParser, TakesEqualContentLengthsAsOne) {
  for (const std::string_view length : {"3, 3", "3\r\nContent-Length: 3", "003"}) {
    const Outcome got = feed(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::string(length) + "\r\n\r\nabc");
    ASSERT_EQ(got.requests.size(), 1U) << length;
    EXPECT_EQ(*got.requests[0].body, "abc");
  }
}

TEST(RequestParser, TakesTheFormsOfATarget) {
  struct Row {
    std::string line, path, query;
  };
  for (const Row& row :
       {Row{"GET / HTTP/1.1", "/", ""}, Row{"GET /a?b?c HTTP/1.1", "/a", "b?c"},
        Row{"GET http://host:80/a?b HTTP/1.1", "/a", "b"},
        Row{"GET HTTPS://host HTTP/1.1", "/", ""}, Row{"GET http://host?b HTTP/1.1", "/", "b"},
        Row{"OPTIONS * HTTP/1.1", "*", ""}, Row{"GET //a HTTP/1.1", "//a", ""},
        Row{"GET /\xc3\xa4 HTTP/1.1", "/\xc3\xa4", ""}}) {
    const Outcome got = feed(row.line + "\r\nHost: a\r\n\r\n");
    ASSERT_EQ(got.requests.size(), 1U) << row.line;
    EXPECT_EQ(got.requests[0].head.path, row.path);
    EXPECT_EQ(got.requests[0].head.query, row.query);
  }
}

TEST(RequestParser, ServesAHigherMinorVersionAsOne) {
  const Outcome got = feed("GET / HTTP/1.9\r\nHost: a\r\n\r\n");
  ASSERT_EQ(got.requests.size(), 1U);
  EXPECT_EQ(got.requests[0].head.minor_version, 1);
}

TEST(RequestParser, SaysWhetherTheClientKeepsTheConnection) {
  const auto keeps = [](std::string_view version, std::string_view field) {
    const Outcome got = feed("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n" +
                             std::string(field) + "\r\n");
    return got.framings.at(0).keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_TRUE(keeps("1.1", "Connection: TE, Keep-Alive\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: TE, close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: keep-alive\r\n"));
}

TEST(RequestParser, ExpectsContinueOnlyWithABodyAndHttp11) {
  const auto expects = [](std::string_view head) {
    return feed(head).framings.at(0).expects_continue;
  };
  EXPECT_TRUE(
      expects("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n"));
  EXPECT_FALSE(expects("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_FALSE(expects("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: x\r\n\r\n"));
}

TEST(RequestParser, HoldsTheBoundsOfEveryLimit) {
  HttpLimits limits;
  limits.max_body_bytes = 5;
  limits.max_headers = 2;
  limits.max_target_bytes = 6;
  const std::string head = "POST /12345 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
  limits.max_header_bytes = head.size();
  EXPECT_EQ(feed(head + "12345", limits).requests.size(), 1U);
  EXPECT_EQ(feed(head + "12345", limits, 1).requests.size(), 1U);

  const auto refused = [&](HttpLimits less) { return feed(head, less).refusal->status; };
  HttpLimits less = limits;
  less.max_body_bytes = 4;
  EXPECT_EQ(refused(less), 413);
  less = limits;
  less.max_headers = 1;
  EXPECT_EQ(refused(less), 431);
  less = limits;
  less.max_target_bytes = 5;
  EXPECT_EQ(refused(less), 414);
  less = limits;
  less.max_header_bytes = head.size() - 1;
  EXPECT_EQ(refused(less), 431);
}

TEST(RequestParser, CountsAChunkedBodyAgainstTheLimit) {
  HttpLimits limits;
  limits.max_body_bytes = 5;
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(*feed(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", limits).requests.at(0).body, "abcde");
  const Outcome got = feed(head + "3\r\nabc\r\n3\r\n", limits);
  ASSERT_TRUE(got.refusal);
  EXPECT_EQ(got.refusal->status, 413);
  EXPECT_NE(got.refusal->text.find("6 bytes or more"), std::string::npos) << got.refusal->text;
}

TEST(RequestParser, TakesATargetOf10000BytesWhereTheLimitsAllowIt) {
  HttpLimits limits;
  limits.max_target_bytes = 10'000;
  const std::string target = "/" + std::string(9'999, 'a');
  for (const std::size_t piece : {std::size_t{1}, std::size_t{4096}, std::size_t{1} << 20}) {
    const Outcome got = feed("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", limits, piece);
    ASSERT_EQ(got.requests.size(), 1U);
    EXPECT_EQ(got.requests[0].head.path, target);
  }
}

TEST(RequestParser, RemovesTheContentCoding) {
  const std::string text(100'000, 'x');
  struct Row {
    std::string_view coding;
    std::string body;
  };
  for (const Row& row : {Row{"gzip", deflated(text, kGzip)}, Row{"X-GZIP", deflated(text, kGzip)},
                         Row{"deflate", deflated(text, kZlib)},
                         Row{"deflate", deflated(text, kRaw)}, Row{"identity", text}}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20}) {
      const Outcome got = feed(coded_request(row.coding, row.body), {}, piece);
      ASSERT_FALSE(got.refusal) << row.coding << ": " << got.refusal->text;
      EXPECT_EQ(*got.requests.at(0).body, text) << row.coding;
      EXPECT_EQ(got.requests[0].received_bytes, row.body.size());
      EXPECT_GE(got.requests[0].body->capacity(), text.size() + 64);
    }
  }
}

TEST(RequestParser, JoinsTheMembersOfAGzipBody) {
  const std::string body = deflated("one ", kGzip) + deflated("", kGzip) + deflated("two", kGzip);
  EXPECT_EQ(*feed(coded_request("gzip", body)).requests.at(0).body, "one two");
  EXPECT_EQ(*feed(coded_request("gzip", body), {}, 1).requests.at(0).body, "one two");
}

TEST(RequestParser, StopsADecompressionBombAtItsLimit) {
  HttpLimits limits;
  limits.max_decompressed_bytes = 1'000'000;
  const std::string_view zeros_head = "gzip";
  const std::string whole = deflated(std::string(1'000'000, '\0'), kGzip);
  EXPECT_EQ(feed(coded_request(zeros_head, whole), limits).requests.at(0).body->size(), 1'000'000U);
  const std::string bomb = deflated(std::string(8'000'000, '\0'), kGzip);
  const Outcome got = feed(coded_request(zeros_head, bomb), limits);
  ASSERT_TRUE(got.refusal);
  EXPECT_EQ(got.refusal->status, 413);
  EXPECT_NE(got.refusal->text.find("max_decompressed_bytes"), std::string::npos);
}

TEST(RequestParser, OffersItsCodingsWhereItRefusesOne) {
  const Outcome got = feed(coded_request("br", "abc"));
  ASSERT_TRUE(got.refusal);
  EXPECT_EQ(got.refusal->field.name, "Accept-Encoding");
  EXPECT_EQ(got.refusal->field.value, "gzip, deflate");
}

TEST(RequestParser, TakesAnEmptyBodyWithACoding) {
  EXPECT_EQ(*feed(coded_request("gzip", "")).requests.at(0).body, "");
}

TEST(RequestParser, KeepsLargeBodiesWhole) {
  std::string body;
  for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  const Outcome got = feed(head + std::to_string(body.size()) + "\r\n\r\n" + body, {}, 65536);
  EXPECT_EQ(*got.requests.at(0).body, body);
}

}  // namespace
}  // namespace glowplug::front::http
