// Test-only: tokenizes what it reads, so that a test in Python can compare with the real library.
//
//   handler_text_tokenize TOKENIZER.json [TOKENIZER_CONFIG.json]
//   handler_text_tokenize --small FOLDER     writes the flat files of small_tokenizers.h, a corpus
//   for a fuzzer handler_text_tokenize --time TOKENIZER.json < TEXTS     microseconds for each line
//   and for opening the file
//
// Standard input: one JSON object a line, {"texts": [base64 | [base64, base64]], "options": {…}};
// one line of JSON comes back for each: {"ids": …, "type_ids": …, "attention_mask": …,
// "special_tokens_mask": …}, a list for each text, or {"error": …, "code": …}.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/base64.h"
#include "base/json.h"
#include "handler/text/compile_tokenizer.h"
#include "handler/text/testing/small_tokenizers.h"
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

int write_small(const std::string& folder) {
  int number = 0;
  for (const auto json : text::testing::kSmallTokenizers) {
    const auto file = text::compile_tokenizer(json).value();
    std::ofstream(fmt::format("{}/small{}", folder, number++), std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()),
               static_cast<std::streamsize>(file.size()));
  }
  return 0;
}

double microseconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - since)
      .count();
}

/// The best of several rounds.
int take_times(const char* path) {
  const auto file = text::compile_tokenizer(read_all(path)).value();
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
  double open = 1e9, encode = 1e9;
  std::size_t tokens = 0;
  for (int round = 0; round < 20; ++round) {
    auto start = std::chrono::steady_clock::now();
    const auto tokenizer = text::Tokenizer::open(file).value();
    open = std::min(open, microseconds(start));
    tokens = 0;
    start = std::chrono::steady_clock::now();
    for (const std::string& line : lines) tokens += tokenizer.encode(line, {}, {}).value().size();
    encode = std::min(encode, microseconds(start) / static_cast<double>(lines.size()));
  }
  std::cout << Json{{"bytes", file.size()},
                    {"open_us", open},
                    {"encode_us", encode},
                    {"tokens", tokens}}
            << '\n'
            << std::flush;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 64;
  if (argc == 3 && std::string_view(argv[1]) == "--small") return write_small(argv[2]);
  if (argc == 3 && std::string_view(argv[1]) == "--time") return take_times(argv[2]);
  const auto file = text::compile_tokenizer(read_all(argv[1]), argc > 2 ? read_all(argv[2]) : "");
  if (!file) {
    std::cout << Json{{"error", file.error().message},
                      {"code", static_cast<int>(file.error().code)}}
              << '\n'
              << std::flush;
    return 1;
  }
  const auto tokenizer = text::Tokenizer::open(*file);
  if (!tokenizer) return 70;
  std::cout << Json{{"bytes", file->size()}} << '\n' << std::flush;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(Json::parse(line), *tokenizer) << '\n' << std::flush;
  }
  return 0;
}
