#include "model/function_environment.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"

namespace glowplug {
namespace {

std::string refusal_of_variables(std::string_view text) {
  const auto read = parse_variables(text);
  return read ? "" : read.error().message;
}

TEST(Variables, AreReadAndWrittenInBothForms) {
  EXPECT_EQ(*parse_variables(""), Variables());
  EXPECT_EQ(*parse_variables("A=1,B=x=y"), (Variables{{"A", "1"}, {"B", "x=y"}}));
  EXPECT_EQ(*parse_variables(R"({"A":"1,2"})"), (Variables{{"A", "1,2"}}));
  for (const Variables& some :
       {Variables{}, Variables{{"A", ""}}, Variables{{"A", "1,2"}, {"b_2", "{}"}}})
    EXPECT_EQ(*parse_variables(variables_text(some)), some);
}

TEST(Variables, ThatCannotBeAreRefused) {
  EXPECT_EQ(refusal_of_variables("A"), "\"A\" has no value; NAME=value was expected");
  EXPECT_EQ(refusal_of_variables("1A=x"),
            "\"1A\" is no name of a variable; letters, digits and _ were expected");
  EXPECT_EQ(refusal_of_variables(R"({"A":1})"), "\"A\" is number; a string was expected");
  EXPECT_EQ(refusal_of_variables("TMPDIR=/x"), "TMPDIR is set by glowplug");
}

TEST(Secrets, NameWhereTheyComeFrom) {
  const std::string text = "A,B=env:OTHER,C=file:/run/c";
  const auto secrets = parse_secrets(text);
  ASSERT_TRUE(secrets) << secrets.error().message;
  EXPECT_EQ(secrets_text(*secrets), text);
  const auto wrong = parse_secrets("KEY=hunter2");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message.find("hunter2"), std::string::npos);
}

TEST(Secrets, AreReadFromFilesAndVariables) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto file = folder->path() / "secret";
  ASSERT_TRUE(write_file_atomically(file, "from a file\n", false));
  ::setenv("GLOWPLUG_TEST_SECRET", "from a variable", 1);
  const auto all = resolve({{"PLAIN", "x"}}, {{"F", file, ""}, {"V", "", "GLOWPLUG_TEST_SECRET"}});
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(*all, (Variables{{"F", "from a file"}, {"PLAIN", "x"}, {"V", "from a variable"}}));
  EXPECT_FALSE(resolve({{"V", "x"}}, {{"V", "", "GLOWPLUG_TEST_SECRET"}}));
  const auto missing = resolve({}, {{"N", "", "GLOWPLUG_TEST_NO_SUCH_SECRET"}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "secret N: the gateway has no variable GLOWPLUG_TEST_NO_SUCH_SECRET");
}

}  // namespace
}  // namespace glowplug
