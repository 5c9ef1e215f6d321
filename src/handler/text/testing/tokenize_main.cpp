// Test-only: tokenizes what it reads, so that a test in Python can compare with the real library.
//
//   tokenize TOKENIZER.json [TOKENIZER_CONFIG.json]
//
// Standard input: one JSON object a line, {"texts": [base64 | [base64, base64]], "options": {…}};
// one line of JSON comes back for each: {"ids": …, "type_ids": …, "attention_mask": …,
// "special_tokens_mask": …}, a list for each text, or {"error": …, "code": …}.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "base/base64.h"
#include "base/json.h"
#include "handler/text/compile_tokenizer.h"
#include "handler/text/tokenizer.h"

namespace {

using glowplug::Json;
using glowplug::Result;
namespace text = glowplug::handler::text;

std::string read_all(const char* path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

Result<std::string> decoded(const Json& json) {
  GLOWPLUG_ASSIGN(const auto bytes, glowplug::from_base64(json.get<std::string>()));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

text::EncodeOptions options_of(const Json& json, const text::Tokenizer& tokenizer) {
  text::EncodeOptions options = tokenizer.defaults();
  options.add_special_tokens = json.value("add_special_tokens", true);
  if (json.contains("truncation")) {
    const Json& one = json["truncation"];
    options.truncation = text::Truncation{one["max_length"], one["strategy"].get<text::Strategy>(),
                                          one["side"].get<text::Side>()};
  }
  if (json.contains("padding")) {
    const Json& one = json["padding"];
    options.padding = text::Padding{
        {}, one["multiple_of"], one["side"].get<text::Side>(), one["id"], one["type_id"]};
    if (!one["fixed"].is_null()) options.padding->fixed = one["fixed"].get<std::uint32_t>();
  }
  return options;
}

Result<std::vector<text::Encoding>> encode(const Json& request, const text::Tokenizer& tokenizer) {
  std::vector<std::string> held;
  held.reserve(request["texts"].size() * 2);
  std::vector<text::TextPair> pairs;
  for (const Json& one : request["texts"]) {
    GLOWPLUG_ASSIGN(std::string first, decoded(one.is_array() ? one[0] : one));
    held.push_back(std::move(first));
    pairs.push_back({held.back(), std::nullopt});
    if (one.is_array()) {
      GLOWPLUG_ASSIGN(std::string second, decoded(one[1]));
      held.push_back(std::move(second));
      pairs.back().second = held.back();
    }
  }
  return tokenizer.encode_batch(pairs, options_of(request["options"], tokenizer));
}

Json answer(const Json& request, const text::Tokenizer& tokenizer) {
  const auto encodings = encode(request, tokenizer);
  if (!encodings) return {{"error", encodings.error().message}};
  Json json = {{"ids", Json::array()},
               {"type_ids", Json::array()},
               {"attention_mask", Json::array()},
               {"special_tokens_mask", Json::array()}};
  for (const text::Encoding& encoding : *encodings) {
    json["ids"].push_back(encoding.ids);
    json["type_ids"].push_back(encoding.type_ids);
    json["attention_mask"].push_back(encoding.attention_mask);
    json["special_tokens_mask"].push_back(encoding.special_tokens_mask);
  }
  return json;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 64;
  const auto file = text::compile_tokenizer(read_all(argv[1]), argc > 2 ? read_all(argv[2]) : "");
  if (!file) {
    std::cout << Json{{"error", file.error().message},
                      {"code", static_cast<int>(file.error().code)}}
              << std::endl;
    return 1;
  }
  const auto tokenizer = text::Tokenizer::open(*file);
  if (!tokenizer) return 70;
  std::cout << Json{{"bytes", file->size()}} << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(Json::parse(line), *tokenizer) << std::endl;
  }
  return 0;
}
