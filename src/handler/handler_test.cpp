#include "handler/handler.h"

#include <gtest/gtest.h>

#include <cstring>

#include "handler/event_session.h"
#include "handler/spec.h"

namespace glowplug::handler {
namespace {

class NoAssets final : public Assets {
 public:
  [[nodiscard]] Result<std::span<const std::byte>> get(std::string_view name) override {
    return Error{Code::not_found, "there is no asset " + std::string(name), {}};
  }
};

/// Scores of four bytes: each byte / 10. Refuses a batch with a 99 in it.
class Scores final : public engine::Session {
 public:
  Scores() {
    signature_.inputs = {{"bytes", Datatype::int32, {-1, 4}, false, {}}};
    signature_.outputs = {{"scores", Datatype::fp32, {-1, 4}, false, {"a", "b", "c", "d"}}};
    signature_.max_batch = 3;
  }
  [[nodiscard]] const Signature& signature() const override { return signature_; }
  [[nodiscard]] Result<engine::RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                              std::span<const std::size_t> /*wanted*/,
                                              engine::OutputSink& sink) override {
    const TensorView& input = *inputs[0];
    rows.push_back(input.shape[0]);
    GLOWPLUG_ASSIGN(auto room, sink.output(0, Datatype::fp32, input.shape, input.bytes.size()));
    for (std::size_t i = 0; i < input.bytes.size() / 4; ++i) {
      std::int32_t value = 0;
      std::memcpy(&value, input.bytes.data() + i * 4, 4);
      if (value == 99) return Error{Code::invalid_argument, "99 is refused", {}};
      const float score = static_cast<float>(value) / 10;
      std::memcpy(room.data() + i * 4, &score, 4);
    }
    return engine::RunReport{};
  }
  std::vector<std::int64_t> rows;

 private:
  Signature signature_;
};

std::string bytes(std::initializer_list<char> values) { return {values.begin(), values.end()}; }

class HandlerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Handler> make(const Json& output) {
    auto made = Handler::create({{"input", {{"type", "bytes"}}}, {"output", output}},
                                session_.signature(), assets_, nullptr);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *std::move(made) : nullptr;
  }
  EventAnswer ask(const Json& output, const Event& event) {
    const auto answers = make(output)->answer({&event, 1}, session_, nullptr);
    EXPECT_TRUE(answers) << answers.error().message;
    return answers->at(0);
  }
  NoAssets assets_;
  Scores session_;
};

constexpr const char* kBinary = "application/octet-stream";

TEST_F(HandlerTest, GivesTheBestLabelAndMoreIfAsked) {
  const std::string body = bytes({1, 7, 2, 0});
  EXPECT_EQ(ask({{"type", "label"}}, {kBinary, body, {}}).body,
            R"({"predictions":[{"label":"b","score":0.7}]})");
  EXPECT_EQ(ask({{"type", "label"}, {"top", 2}}, {kBinary, body, {}}).body,
            R"({"predictions":[{"label":"b","score":0.7,"top":[{"label":"b","score":0.7},)"
            R"({"label":"c","score":0.2}]}]})");
  EXPECT_EQ(ask({{"type", "label"}, {"threshold", 0.9}}, {kBinary, body, {}}).body,
            R"({"predictions":[{"label":null,"score":0.7}]})");
}

TEST_F(HandlerTest, GivesEveryLabelAboveTheThreshold) {
  EXPECT_EQ(
      ask({{"type", "labels"}}, {kBinary, bytes({5, 7, 2, 0}), {}}).body,
      R"({"predictions":[{"labels":[{"label":"b","score":0.7},{"label":"a","score":0.5}]}]})");
}

TEST_F(HandlerTest, ComputesSoftmaxInDoublePrecision) {
  // softmax(0, 1, 2, 3) by numpy, as float32
  EXPECT_EQ(
      ask({{"type", "label"}, {"activation", "softmax"}}, {kBinary, bytes({0, 10, 20, 30}), {}})
          .body,
      R"({"predictions":[{"label":"d","score":0.6439143}]})");
}

TEST_F(HandlerTest, ScalesNumbersAndNormalizesEmbeddings) {
  EXPECT_EQ(
      ask({{"type", "number"}, {"scale", 2}, {"offset", 1}}, {kBinary, bytes({0, 5, 10, 20}), {}})
          .body,
      R"({"predictions":[[1.0,2.0,3.0,5.0]]})");
  EXPECT_EQ(ask({{"type", "embedding"}, {"normalize", true}, {"dimensions", 2}},
                {kBinary, bytes({30, 40, 9, 9}), {}})
                .body,
            R"({"predictions":[[0.6,0.8]]})");
}

TEST_F(HandlerTest, WithoutOutputGivesPlainTensors) {
  EXPECT_EQ(ask({}, {kBinary, bytes({1, 2, 3, 4}), {}}).body,
            R"({"predictions":[{"a":0.1,"b":0.2,"c":0.3,"d":0.4}]})");
}

TEST_F(HandlerTest, AnswersCsvToThoseWhoWantIt) {
  const auto answer = ask({{"type", "label"}}, {kBinary, bytes({1, 7, 2, 0}),
                                                R"({"accept":"text/csv, application/json"})"});
  EXPECT_EQ(answer.body, "label,score\nb,0.7\n");
  EXPECT_EQ(answer.content_type, "text/csv; charset=utf-8; header=present");
}

TEST_F(HandlerTest, SharesRunsAsFarAsTheModelLetsIt) {
  const auto handler = make({{"type", "label"}});
  const std::string body = bytes({1, 2, 3, 4});
  const std::vector<Event> events(4, Event{kBinary, body, {}});
  const auto answers = handler->answer(events, session_, nullptr);
  ASSERT_TRUE(answers);
  EXPECT_EQ(session_.rows, (std::vector<std::int64_t>{3, 1}));
  for (const EventAnswer& answer : *answers)
    EXPECT_EQ(answer.body, R"({"predictions":[{"label":"d","score":0.4}]})");
}

TEST_F(HandlerTest, WhatIsWrongWithOneEventIsItsOwnAnswer) {
  const auto handler = make({{"type", "label"}});
  const std::string body = bytes({1, 2, 3, 4});
  const std::vector<Event> events = {
      {kBinary, body, {}}, {"application/json", "[", {}}, {kBinary, body, {}}};
  const auto answers = handler->answer(events, session_, nullptr);
  ASSERT_TRUE(answers);
  EXPECT_EQ(answers->at(0).status, 200);
  EXPECT_EQ(answers->at(1).status, 400);
  EXPECT_EQ(answers->at(2).status, 200);
}

TEST_F(HandlerTest, WhatTheModelRefusesIsTheErrorOfAll) {
  const auto handler = make({{"type", "label"}});
  const std::string body = bytes({99, 2, 3, 4});
  const Event event{kBinary, body, {}};
  EXPECT_EQ(handler->answer({&event, 1}, session_, nullptr).error().message, "99 is refused");
}

TEST_F(HandlerTest, ReadsBase64InJsonAndFilesInForms) {
  for (const char* const json :
       {R"(["AQcCAA=="])", R"({"bytes":"AQcCAA=="})", R"({"instances":[{"b64":"AQcCAA=="}]})",
        R"({"bytes":{"b64":"AQcCAA=="}})", R"("data:application/zip;base64,AQcCAA==")"})
    EXPECT_EQ(ask({{"type", "label"}}, {"application/json", json, {}}).body,
              R"({"predictions":[{"label":"b","score":0.7}]})")
        << json;
  const std::string form =
      "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.bin\""
      "\r\n\r\n" +
      bytes({1, 7, 2, 0}) + "\r\n--x--\r\n";
  EXPECT_EQ(ask({{"type", "label"}}, {"multipart/form-data; boundary=x", form, {}}).body,
            R"({"predictions":[{"label":"b","score":0.7}]})");
}

TEST_F(HandlerTest, SaysWhatIsWrongWithAnItem) {
  const auto error = [&](const char* type, const char* body) {
    return ask({{"type", "label"}}, {type, body, {}}).body;
  };
  EXPECT_EQ(error("application/json", R"([{"picture": "x"}])"),
            R"({"error":"record 0: expected base64, {\"bytes\": base64} or {\"bytes\": {\"b64\": )"
            R"(base64}}"})");
  EXPECT_EQ(error("application/json", R"([])"), R"({"error":"the body holds no records"})");
  EXPECT_EQ(error("", ""), R"({"error":"the body is empty"})");
  EXPECT_EQ(
      ask({{"type", "label"}}, {"application/json", R"({"image_url": "http://x"})", {}}).status,
      403);
  EXPECT_EQ(error("multipart/form-data", "x"),
            R"({"error":"the Content-Type multipart/form-data has no boundary of 1 to 70 )"
            R"(characters"})");
}

TEST_F(HandlerTest, TellsTheStagesOfOneEvent) {
  const std::string body = bytes({1, 7, 2, 0});
  EventSession session(make({{"type", "label"}}), session_);
  const InferRequest request = request_of({kBinary, body, R"({"trace":true})"});
  std::vector<std::optional<TensorView>> views;
  for (const InferInput& input : request.inputs)
    views.emplace_back(TensorView{Datatype::bytes, input.shape, input.bytes});
  struct Sink final : engine::OutputSink {
    [[nodiscard]] Result<std::span<std::byte>> output(std::size_t, Datatype datatype,
                                                      std::span<const std::int64_t> shape,
                                                      std::size_t size) override {
      tensors.push_back({datatype, {shape.begin(), shape.end()}, std::vector<std::byte>(size)});
      return std::span(tensors.back().bytes);
    }
    std::vector<Tensor> tensors;
  } sink;
  const std::array<std::size_t, 4> wanted{0, 1, 2, 3};
  ASSERT_TRUE(session.run(views, wanted, sink));
  const auto answers = answers_in(sink.tensors);
  ASSERT_TRUE(answers);
  const Json trace = Json::parse(answers->at(0).trace);
  ASSERT_EQ(trace.size(), 3U);
  EXPECT_EQ(trace[0]["stage"], "bytes");
  EXPECT_EQ(trace[1]["stage"], "run");
  EXPECT_EQ(trace[1]["shape"], "scores FP32[1,4]");
}

TEST_F(HandlerTest, ASpecThatDoesNotFitIsRefusedByItsKey) {
  const auto refused = [&](const Json& spec) {
    const auto made = Handler::create(spec, session_.signature(), assets_, nullptr);
    EXPECT_FALSE(made) << spec;
    return made ? std::string() : made.error().message;
  };
  EXPECT_EQ(refused({{"inputs", {}}}),
            "handler has the unknown key \"inputs\", did you mean \"input\"?; it takes input, "
            "output");
  EXPECT_EQ(refused(Json::object()), "handler.input is missing");
  EXPECT_EQ(refused({{"input", Json::object()}}),
            "input.type is missing; expected one of table, image, text, audio, bytes");
  EXPECT_EQ(refused({{"input", {{"type", "picture"}}}}),
            "input.type is \"picture\"; expected one of table, image, text, audio, bytes");
  EXPECT_EQ(refused({{"input", {{"type", "bytes"}, {"begin", 3}}}}),
            "input.begin + input.end is 3; \"bytes\" takes [-1,4]");
  EXPECT_EQ(refused({{"input", {{"type", "bytes"}}}, {"output", {{"type", "label"}, {"topp", 1}}}}),
            "output has the unknown key \"topp\", did you mean \"top\"?; it takes type, tensor, "
            "activation, top, threshold, labels");
  EXPECT_EQ(refused({{"input", {{"type", "bytes"}}}, {"output", {{"type", "label"}, {"top", 0}}}}),
            "output.top is 0; expected a whole number from 1 to 1000");
  EXPECT_EQ(refused({{"input", {{"type", "bytes"}}},
                     {"output", {{"type", "label"}, {"tensor", "logits"}}}}),
            "output.tensor is \"logits\"; the model gives bytes INT32[-1,4] -> scores "
            "FP32[-1,4]");
}

TEST_F(HandlerTest, CodecsAreAskedOnlyForWhatNeedsThem) {
  const auto codecs = [](const Json& spec, const Signature& /*signature*/,
                         Assets& /*assets*/) -> Result<std::unique_ptr<Input>> {
    return invalid_argument("codecs were asked for " + spec["type"].get<std::string>());
  };
  const auto error_of = [&](const char* type, const MakeMediaInput& media) {
    const auto made =
        Handler::create({{"input", {{"type", type}}}}, session_.signature(), assets_, media);
    return made ? std::string() : made.error().message;
  };
  for (const std::string type : {"image", "text", "audio"}) {
    EXPECT_EQ(error_of(type.c_str(), codecs), "codecs were asked for " + type);
    EXPECT_EQ(error_of(type.c_str(), nullptr),
              "input.type is " + type + ", for which this program was given no codecs");
    EXPECT_TRUE(needs_media({{"input", {{"type", type}}}}));
  }
  EXPECT_EQ(error_of("bytes", codecs), "");
  EXPECT_EQ(error_of("table", codecs), "input.type is table, which is read where it arrives");
  for (const Json& spec :
       {Json(), Json("image"), Json{{"input", "image"}}, Json{{"input", {{"type", 3}}}},
        Json{{"input", {{"type", "table"}}}}, Json{{"code", Json::object()}}})
    EXPECT_FALSE(needs_media(spec)) << spec;
}

}  // namespace
}  // namespace glowplug::handler
