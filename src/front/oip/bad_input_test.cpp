// Replays tests/bad_input/infer.json, which the whole-program tests send over HTTP as well.
#include <gtest/gtest.h>

#include <map>

#include "base/code_table.h"
#include "base/file.h"
#include "base/json.h"
#include "front/oip/testing.h"

namespace glowplug::front::oip {
namespace {

std::string body_of_case(const Json& bad) {
  if (bad.contains("body")) return bad["body"].get<std::string>();
  const std::string hex = bad["hex"].get<std::string>();
  std::string body;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    body.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return body;
}

Result<InferRequest> read_case(const Json& bad, const Signature& signature) {
  std::optional<std::size_t> json_length;
  if (bad.contains("headers")) {
    const Json& header = bad["headers"].at("Inference-Header-Content-Length");
    GLOWPLUG_ASSIGN(json_length, read_header_length(header.get<std::string>()));
  }
  return read_infer(testing::body_of(body_of_case(bad)), json_length, signature);
}

TEST(BadInput, EachBadRequestHasItsStatusAndMessage) {
  const auto text = read_file(GLOWPLUG_BAD_INPUT_FILE);
  ASSERT_TRUE(text) << text.error().message;
  const auto file = parse_json(*text);
  ASSERT_TRUE(file) << file.error().message;
  std::map<std::string, Signature> models;
  for (const auto& [name, json] : (*file)["models"].items()) {
    auto signature = signature_from_json(json);
    ASSERT_TRUE(signature) << signature.error().message;
    models.emplace(name, *std::move(signature));
  }
  ASSERT_GE((*file)["cases"].size(), 60U);
  for (const Json& bad : (*file)["cases"]) {
    SCOPED_TRACE(bad["name"]);
    const auto request = read_case(bad, models.at(bad["model"].get<std::string>()));
    ASSERT_FALSE(request);
    EXPECT_EQ(http_status_of(request.error().code), bad["status"].get<int>());
    EXPECT_EQ(request.error().message, bad["message"].get<std::string>());
  }
}

}  // namespace
}  // namespace glowplug::front::oip
