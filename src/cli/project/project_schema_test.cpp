#include "cli/project/project_schema.h"

#include <gtest/gtest.h>

#include <regex>

#include "cli/project/project_keys.h"
#include "model/function_settings.h"

namespace glowplug::cli {
namespace {

TEST(ProjectSchema, KnowsExactlyTheKeysOfTheReader) {
  const Json schema = project_schema();
  const auto names = [](const Json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.at("properties").items()) keys.push_back(key);
    return keys;
  };
  const auto sorted = [](std::vector<std::string> keys) {
    std::sort(keys.begin(), keys.end());
    return keys;
  };
  EXPECT_EQ(names(schema), sorted(keys_of("")));
  EXPECT_EQ(names(schema["properties"]["model"]), sorted(keys_of("model")));
  EXPECT_EQ(names(schema["properties"]["function"]), sorted(keys_of("function")));
}

TEST(ProjectSchema, PatternsTakeTheDefaultsAndExamplesAndRefuseBareNumbers) {
  const Json properties = project_schema()["properties"]["function"]["properties"];
  for (const SettingRow& row : function_setting_rows()) {
    if (row.type == "variables" || row.type == "secrets" || row.type == "hosts")
      continue;  // maps and lists
    const std::regex pattern(properties.at(std::string(row.key)).at("pattern").get<std::string>());
    EXPECT_TRUE(std::regex_match(row.write(FunctionSettings{}), pattern)) << row.key;
    EXPECT_TRUE(std::regex_match(std::string(row.example), pattern)) << row.key;
    EXPECT_TRUE(std::regex_match("${env:X}", pattern)) << row.key;
    EXPECT_EQ(std::regex_match("512", pattern), row.type == "count") << row.key;
  }
}

}  // namespace
}  // namespace glowplug::cli
