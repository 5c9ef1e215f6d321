#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"

namespace glowplug::front::http::testing {

/// One row of tests/bad_input/http.json: what a client sends, what it must be told.
struct BadRequest {
  std::string name;
  std::string bytes;
  int status = 0;
  std::string text;  ///< a part of the error's text
  bool end = false;  ///< the client ends its direction behind the bytes
};

/// JSON cannot hold bytes: a character U+0000 to U+00FF of the table is the byte of that number.
inline std::string bytes_of(const std::string& utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      bytes += utf8[i];
    } else {
      const auto next = static_cast<unsigned char>(utf8.at(++i));
      bytes += static_cast<char>(((lead & 3U) << 6U) | (next & 0x3fU));
    }
  }
  return bytes;
}

inline std::string bytes_of(const Json& parts) {
  std::string bytes;
  for (const Json& part : parts) {
    if (part.is_string()) {
      bytes += bytes_of(part.get<std::string>());
    } else {
      const std::string repeated = bytes_of(part.at("repeat").get<std::string>());
      for (int i = part.at("times").get<int>(); i > 0; --i) bytes += repeated;
    }
  }
  return bytes;
}

inline std::vector<BadRequest> bad_requests() {
  const auto text = read_file(GLOWPLUG_BAD_REQUESTS);
  EXPECT_TRUE(text);
  const auto table = parse_json(*text);
  EXPECT_TRUE(table);
  std::vector<BadRequest> requests;
  for (const Json& row : *table) {
    requests.push_back({row.at("name").get<std::string>(), bytes_of(row.at("send")),
                        row.at("status").get<int>(), row.at("text").get<std::string>(),
                        row.value("end", false)});
  }
  return requests;
}

}  // namespace glowplug::front::http::testing
