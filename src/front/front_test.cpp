#include "front/front.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "front/testing/blocking_client.h"
#include "front/testing/front_server.h"
#include "observe/testing/promtool.h"

namespace glowplug::front {
namespace {

using testing::AddOneBackend;
using testing::BlockingClient;
using testing::ClientAnswer;
using testing::FrontServer;

constexpr std::string_view kOneRow =
    R"({"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]})";

class FrontTest : public ::testing::Test {
 protected:
  FrontTest() {
    backend = server.on_loop([this] { return &server.repository.serve("add", "3"); });
  }
  ClientAnswer ask(std::string_view method, std::string_view target, std::string_view body = {},
                   std::string_view fields = {}) {
    return BlockingClient(server.port).ask(method, target, body, fields);
  }
  std::string error_of(const ClientAnswer& answer) {
    const auto json = parse_json(answer.body);
    if (!json || !json->contains("error") || !json->at("error").is_string())
      return "no error object: " + answer.body;
    return json->at("error").get<std::string>();
  }

  FrontServer server;
  AddOneBackend* backend = nullptr;
};

TEST_F(FrontTest, AnswersEveryRoute) {
  struct Case {
    const char* method;
    const char* target;
    std::string_view body;
    int status;
    const char* fragment;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"GET", "/v2", "", 200, "\"glowplug\""},
           {"GET", "/v2/", "", 200, "binary_tensor_data"},
           {"GET", "/v2/health/live", "", 200, "true"},
           {"GET", "/v2/health/ready", "", 200, "true"},
           {"GET", "/healthz", "", 200, "true"},
           {"GET", "/readyz", "", 200, "true"},
           {"GET", "/v2/models", "", 200, "[\"add\"]"},
           {"GET", "/v2/models/add", "", 200, "\"versions\":[\"3\"]"},
           {"GET", "/v2/models/add/versions/3", "", 200, "onnx"},
           {"GET", "/v2/models/add/ready", "", 200, "true"},
           {"GET", "/v2/models/add/versions/3/ready", "", 200, "true"},
           {"GET", "/v2/models/add/config", "", 200, "max_batch_size"},
           {"GET", "/v2/models/add/versions/3/config", "", 200, "max_batch_size"},
           {"GET", "/v2/models/add/stats", "", 200, "model_stats"},
           {"GET", "/v2/models/add/versions/3/stats", "", 200, "model_stats"},
           {"GET", "/v2/models/stats", "", 200, "model_stats"},
           {"POST", "/v2/models/add/infer", kOneRow, 200, "\"data\":[2.0,3.0]"},
           {"POST", "/v2/models/add/versions/3/infer", kOneRow, 200, "\"model_version\":\"3\""},
           {"POST", "/predict/add", "[[1,2],[3,4]]", 200, "predictions"},
           {"POST", "/v2/repository/index", "", 200, "\"READY\""},
           {"GET", "/metrics", "", 200, "glowplug_build_info"},
           {"GET", "/openapi.json", "", 200, "\"/predict/add\""},
       }) {
    const ClientAnswer answer = ask(one.method, one.target, one.body);
    EXPECT_EQ(answer.status, one.status) << one.target << answer.body;
    EXPECT_NE(answer.body.find(one.fragment), std::string::npos) << one.target << answer.body;
    EXPECT_FALSE(answer.header("x-request-id").empty()) << one.target;
  }
}

TEST_F(FrontTest, SaysExactlyWhyItRefuses) {
  struct Case {
    const char* method;
    const char* target;
    std::string_view body;
    int status;
    const char* error;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"GET", "/nowhere", "", 404, "no such address: /nowhere"},
           {"GET", "/v2/models/a%zz", "", 400, "broken percent escape in /v2/models/a%zz"},
           {"GET", "/v2/models/ad", "", 404, "no function is named \"ad\"; did you mean \"add\"?"},
           {"GET", "/v2/models/zebra/stats", "", 404, "no function is named \"zebra\""},
           {"POST", "/v2/models/zebra/infer", kOneRow, 404, "no function is named \"zebra\""},
           {"POST", "/v2/models/add/versions/4/infer", kOneRow, 404,
            "add has no version \"4\" here; version 3 is served"},
           {"GET", "/v2/models/add/infer", "", 405, "GET is not allowed here, only POST"},
           {"POST", "/metrics", "x", 405, "POST is not allowed here, only GET, HEAD"},
           {"POST", "/v2/models/add/generate", "{}", 501,
            "the generate extension is not offered here"},
           {"GET", "/v2/systemsharedmemory/status", "", 501,
            "shared memory of the client is not offered here"},
       }) {
    const ClientAnswer answer = ask(one.method, one.target, one.body);
    EXPECT_EQ(answer.status, one.status) << one.target;
    EXPECT_EQ(error_of(answer), one.error) << one.target;
    EXPECT_EQ(answer.header("Content-Type"), "application/json") << one.target;
  }
  EXPECT_EQ(ask("DELETE", "/v2/models/add").header("Allow"), "GET, HEAD");
  EXPECT_EQ(ask("POST", "/v2/models/add/infer", "{").status, 400);
  EXPECT_EQ(ask("POST", "/predict/add", "a,b", "Content-Type: text/xml\r\n").status, 415);
}

TEST_F(FrontTest, TheDocumentFollowsWhatIsServed) {
  const auto tells_of_add = [this] {
    return ask("GET", "/openapi.json").body.find("\"/predict/add\"") != std::string::npos;
  };
  EXPECT_TRUE(tells_of_add());
  EXPECT_EQ(ask("POST", "/v2/repository/models/add/unload").status, 200);
  EXPECT_FALSE(tells_of_add());
  EXPECT_EQ(ask("POST", "/v2/repository/models/add/load").status, 200);
  EXPECT_TRUE(tells_of_add());
}

TEST_F(FrontTest, TakesTargetsInAbsoluteForm) {
  EXPECT_EQ(ask("GET", "http://t/v2/models/add?x=1").status, 200);
  EXPECT_EQ(ask("POST", "http://t/v2/models/add/infer", kOneRow).status, 200);
}

TEST_F(FrontTest, HeadIsGetWithoutABody) {
  const ClientAnswer answer = ask("HEAD", "/v2/models/add");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

TEST_F(FrontTest, TellsThePhasesAndKeepsTheCallersId) {
  const ClientAnswer answer =
      ask("POST", "/v2/models/add/infer", kOneRow, "X-Request-Id: order-7\r\n");
  EXPECT_EQ(answer.header("x-request-id"), "order-7");
  const std::string timing = answer.header("Server-Timing");
  for (const char* phase : {"parse;dur=", "queue;dur=", "start;dur=2.000", "run;dur=1.000"})
    EXPECT_NE(timing.find(phase), std::string::npos) << timing;
}

TEST_F(FrontTest, AFullQueueRefusesBeforeTheBody) {
  server.on_loop([this] {
    FunctionSettings settings;
    settings.max_queue = 1;
    AddOneBackend& full = server.repository.serve("full", "1", settings);
    full.hold = true;
    full.room = 0;
    return 0;
  });
  BlockingClient waiting(server.port);
  waiting.send("POST /v2/models/full/infer HTTP/1.1\r\nHost: t\r\nContent-Length: " +
               std::to_string(kOneRow.size()) + "\r\n\r\n" + std::string(kOneRow));
  server.wait_until([this] { return server.front.find("full")->queue.waiting_rows() == 1; });
  BlockingClient refused(server.port);
  refused.send("POST /v2/models/full/infer HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n");
  const ClientAnswer answer = refused.receive();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(error_of(answer), "1 rows are waiting already (limit max_queue)");
}

TEST_F(FrontTest, TheShortestDeadlineCounts) {
  server.on_loop([this] { return backend->hold = true; });
  const std::string body =
      std::string(R"({"parameters":{"timeout":2000},)") + std::string(kOneRow.substr(1));
  const ClientAnswer by_parameter = ask("POST", "/v2/models/add/infer", body);
  EXPECT_EQ(by_parameter.status, 504);
  EXPECT_EQ(error_of(by_parameter), "no answer within 2 ms");
  const ClientAnswer by_header =
      ask("POST", "/v2/models/add/infer", kOneRow, "x-request-timeout-ms: 3\r\n");
  EXPECT_EQ(error_of(by_header), "no answer within 3 ms");
  const ClientAnswer bad =
      ask("POST", "/v2/models/add/infer", kOneRow, "x-request-timeout-ms: soon\r\n");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(error_of(bad),
            "x-request-timeout-ms is \"soon\", whole milliseconds from 1 on were expected");
}

TEST_F(FrontTest, WhatGoesWrongInsideIsLoggedAndNotTold) {
  server.on_loop([this] {
    backend->answers_error = Error{Code::internal, "secret path /root/x", {}};
    return 0;
  });
  const ClientAnswer answer = ask("POST", "/v2/models/add/infer", kOneRow, "x-request-id: abc\r\n");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(error_of(answer), "something went wrong inside; the log has it under request abc");
  EXPECT_NE(server.log().find("secret path"), std::string::npos);
}

TEST_F(FrontTest, AClientWhoLeavesTakesItsRequestAlong) {
  server.on_loop([this] { return backend->hold = true; });
  BlockingClient client(server.port);
  client.send("POST /v2/models/add/infer HTTP/1.1\r\nHost: t\r\nContent-Length: " +
              std::to_string(kOneRow.size()) + "\r\n\r\n" + std::string(kOneRow));
  server.wait_until([this] { return server.front.open_requests() == 1; });
  client.close();
  server.wait_until([this] { return server.front.open_requests() == 0; });
  EXPECT_EQ(server.on_loop([this] { return server.front.find("add")->queue.counts().cancelled; }),
            1U);
  EXPECT_NE(server.log().find("\"status\":499"), std::string::npos);
}

TEST_F(FrontTest, AReplacedVersionFinishesWhatItHas) {
  bool destroyed = false;
  server.on_loop([&] {
    backend->destroyed = &destroyed;
    return backend->hold = true;
  });
  BlockingClient early(server.port);
  early.send("POST /v2/models/add/infer HTTP/1.1\r\nHost: t\r\nContent-Length: " +
             std::to_string(kOneRow.size()) + "\r\n\r\n" + std::string(kOneRow));
  server.wait_until([this] { return backend->held.size() == 1; });
  server.on_loop([this] { return &server.repository.serve("add", "4"); });
  const ClientAnswer late = ask("POST", "/v2/models/add/infer", kOneRow);
  EXPECT_NE(late.body.find("\"model_version\":\"4\""), std::string::npos) << late.body;
  EXPECT_FALSE(server.on_loop([&] { return destroyed; }));
  server.on_loop([this] {
    backend->answer_held();
    return 0;
  });
  const ClientAnswer first = early.receive();
  EXPECT_NE(first.body.find("\"model_version\":\"3\""), std::string::npos) << first.body;
  server.wait_until([&] { return destroyed; });
}

TEST_F(FrontTest, UnloadsAndLoads) {
  EXPECT_EQ(ask("POST", "/v2/repository/models/add/unload").status, 200);
  const ClientAnswer unloaded = ask("POST", "/v2/models/add/infer", kOneRow);
  EXPECT_EQ(unloaded.status, 503);
  EXPECT_EQ(error_of(unloaded), "add is not ready: it was unloaded");
  EXPECT_EQ(ask("GET", "/v2/models/add/ready").status, 503);
  EXPECT_EQ(ask("GET", "/v2/health/ready").status, 503);
  const std::string index = ask("POST", "/v2/repository/index").body;
  EXPECT_NE(index.find("UNAVAILABLE"), std::string::npos) << index;
  EXPECT_NE(index.find("never"), std::string::npos) << index;
  EXPECT_EQ(ask("POST", "/v2/repository/index", R"({"ready":true})").body, "[]");

  const ClientAnswer loaded = ask("POST", "/v2/repository/models/add/load", "{}");
  EXPECT_EQ(loaded.status, 200);
  EXPECT_EQ(loaded.body, "");
  EXPECT_EQ(ask("POST", "/v2/models/add/infer", kOneRow).status, 200);

  EXPECT_EQ(error_of(ask("POST", "/v2/repository/models/broken/load")), "model.onnx is no model");
  EXPECT_EQ(ask("POST", "/v2/repository/models/zebra/unload").status, 404);
  EXPECT_EQ(ask("POST", "/v2/repository/models/add/load", "[]").status, 400);
}

TEST_F(FrontTest, AFunctionThatCannotStartIsNotReadyAndSaysWhy) {
  server.on_loop([this] {
    backend->problem = Error{Code::unavailable, "the template failed: no such file", {}};
    return 0;
  });
  const ClientAnswer answer = ask("POST", "/v2/models/add/infer", kOneRow);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(error_of(answer), "the template failed: no such file");
  EXPECT_EQ(ask("GET", "/v2/models/add/ready").status, 503);
  EXPECT_EQ(error_of(ask("GET", "/readyz")),
            "no function can answer: add: the template failed: no such file");
}

TEST_F(FrontTest, IsNotReadyWhileItDrainsButAnswers) {
  server.on_loop([this] {
    server.front.set_draining();
    return 0;
  });
  EXPECT_EQ(error_of(ask("GET", "/readyz")), "the server is shutting down");
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("POST", "/v2/models/add/infer", kOneRow).status, 200);
}

TEST_F(FrontTest, MetricsCountWhatHappenedAndPromtoolAcceptsThem) {
  ask("POST", "/v2/models/add/infer", kOneRow);
  ask("POST", "/v2/models/add/infer", "{");
  ask("GET", "/nowhere");
  BlockingClient(server.port).ask("BAD REQUEST", "/");
  const ClientAnswer answer = ask("GET", "/metrics");
  EXPECT_EQ(answer.header("Content-Type"), observe::kMetricsContentType);
  EXPECT_EQ(observe::testing::promtool_complaints(answer.body), "");
  for (const char* line :
       {"glowplug_requests_total{code=\"200\",function=\"add\",version=\"3\"} 1\n",
        "glowplug_requests_total{code=\"400\",function=\"add\",version=\"3\"} 1\n",
        "glowplug_errors_total{function=\"add\",kind=\"invalid_argument\",version=\"3\"} 1\n",
        "glowplug_cold_starts_total{function=\"add\",version=\"3\"} 1\n",
        "glowplug_http_requests_total{code=\"200\",route=\"infer\"} 1\n",
        "glowplug_http_requests_total{code=\"404\",route=\"none\"} 1\n",
        "glowplug_http_requests_total{code=\"400\",route=\"none\"} 1\n",
        "glowplug_function_ready{function=\"add\",version=\"3\"} 1\n"}) {
    EXPECT_NE(answer.body.find(line), std::string::npos) << line << answer.body;
  }
}

TEST_F(FrontTest, EveryRequestHasALineOfJsonInTheLog) {
  ask("POST", "/v2/models/add/infer", kOneRow, "x-request-id: one\r\n");
  ask("GET", "/nowhere", "", "x-request-id: two\r\n");
  BlockingClient(server.port).ask("BAD REQUEST", "/");
  std::istringstream lines(server.log());
  std::vector<int> statuses;
  for (std::string line; std::getline(lines, line);) {
    const auto json = parse_json(line);
    ASSERT_TRUE(json) << line;
    EXPECT_EQ(json->at("event"), "request");
    statuses.push_back(json->at("status").get<int>());
  }
  EXPECT_EQ(statuses, (std::vector<int>{200, 404, 400}));
}

TEST_F(FrontTest, AnswersPipelinedRequestsInOrder) {
  BlockingClient client(server.port);
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const std::string body =
        R"({"id":")" + std::to_string(i) + R"(",)" + std::string(kOneRow.substr(1));
    all += "POST /v2/models/add/infer HTTP/1.1\r\nHost: t\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  client.send(all);
  for (int i = 0; i < 20; ++i) {
    const ClientAnswer answer = client.receive();
    EXPECT_NE(answer.body.find("\"id\":\"" + std::to_string(i) + "\""), std::string::npos)
        << answer.body;
  }
}

}  // namespace
}  // namespace glowplug::front
