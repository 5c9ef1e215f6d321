#include "bundle/manifest.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/sha256.h"
#include "bundle/testing/small_bundle.h"

namespace glowplug::bundle {
namespace {

Manifest listed() {
  Manifest manifest = testing::small_manifest();
  manifest.files = {{"model/model.onnx", {sha256_hex("1"), 1}},
                    {"samples/zeros.json", {sha256_hex("2"), 2}}};
  return manifest;
}

TEST(Manifest, RoundTripsAsCanonicalJson) {
  const std::string text = manifest_text(listed());
  const auto back = parse_manifest(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(manifest_text(*back), text);
  EXPECT_EQ(digest_of(*back), sha256_hex(text));
  EXPECT_EQ(back->license, "Apache-2.0");
  EXPECT_EQ(back->files.at("model/model.onnx").size_bytes, 1U);
}

TEST(Manifest, HasNoKeyForAnUnknownLicense) {
  Manifest manifest = listed();
  manifest.license.clear();
  EXPECT_FALSE(to_json(manifest).contains("license"));
  EXPECT_TRUE(parse_manifest(manifest_text(manifest)));
}

TEST(Manifest, WithAHandlerIsOfSchema2) {
  Manifest manifest = listed();
  EXPECT_EQ(to_json(manifest)["schema"], 1);
  manifest.handler = {{"input", {{"type", "image"}}}};
  manifest.files["assets/labels.txt"] = {sha256_hex("3"), 3};
  manifest.files["code/handler.py"] = {sha256_hex("4"), 4};
  EXPECT_EQ(to_json(manifest)["schema"], 2);
  const auto back = parse_manifest(manifest_text(manifest));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->handler, manifest.handler);
  manifest.handler = "code/handler.py";
  EXPECT_EQ(parse_manifest(manifest_text(manifest)).error().message,
            "manifest.json: \"handler\" must be an object");
}

TEST(Manifest, OfSchema1HasNoHandler) {
  Json json = to_json(listed());
  json["handler"] = Json::object();
  EXPECT_FALSE(parse_manifest(canonical_json(json)));
}

TEST(Manifest, ShortensDigestsForPeople) {
  EXPECT_EQ(short_digest(sha256_hex("")), "e3b0c44298fc");
}

struct Change {
  std::string message;  ///< after "manifest.json: "; its first part is enough
  std::function<void(Json&)> make;
  Code code = Code::invalid_argument;
};

TEST(Manifest, RefusesEveryKindOfFault) {
  const std::string hash = sha256_hex("1");
  const Json entry = {{"sha256", hash}, {"size", 1}};
  const Change changes[] = {
      {"expected an object", [](Json& m) { m = Json::array(); }},
      {"\"schema\" is missing", [](Json& m) { m.erase("schema"); }},
      {"\"schema\" must be a number of at least 1", [](Json& m) { m["schema"] = 0; }},
      {"\"schema\" must be a number of at least 1", [](Json& m) { m["schema"] = "1"; }},
      {"\"schema\" must be a number of at least 1", [](Json& m) { m["schema"] = -1; }},
      {"it has schema 3, written by glowplug 9.0; this program reads schema 2 and older",
       [](Json& m) {
         m["schema"] = 3;
         m["producer"] = "glowplug 9.0";
         m["new"] = true;
       },
       Code::failed_precondition},
      {"unknown key \"extra\"", [](Json& m) { m["extra"] = 1; }},
      {"\"name\" is missing", [](Json& m) { m.erase("name"); }},
      {"\"name\" must be a string", [](Json& m) { m["name"] = 1; }},
      {"bundle name \"../x\" is not allowed; expected 1 to 63 letters, digits, \"-\", \"_\" and "
       "\".\", first a letter or digit",
       [](Json& m) { m["name"] = "../x"; }},
      {"engine name \"\" is not allowed; expected 1 to 63 letters, digits, \"-\", \"_\" and \".\", "
       "first a letter or digit",
       [](Json& m) { m["engine"] = ""; }},
      {"\"producer\" has 256 characters; expected at most 255",
       [](Json& m) { m["producer"] = std::string(256, 'p'); }},
      {"signature: must be an object", [](Json& m) { m["signature"] = 1; }},
      {"\"signature\" has no outputs", [](Json& m) { m["signature"]["outputs"] = Json::array(); }},
      {"\"source\": unknown key \"url\"", [](Json& m) { m["source"]["url"] = "x"; }},
      {"\"source\": \"file\" is \"a/b.onnx\"; expected a file name without a folder",
       [](Json& m) { m["source"]["file"] = "a/b.onnx"; }},
      {"\"source\": \"sha256\" is \"12\"; expected 64 lower-case hexadecimal digits",
       [](Json& m) { m["source"]["sha256"] = "12"; }},
      {"\"model\" is \"samples/zeros.json\"; expected one of \"files\" in model/",
       [](Json& m) { m["model"] = "samples/zeros.json"; }},
      {"\"model\" is \"model/other.onnx\"; expected one of \"files\" in model/",
       [](Json& m) { m["model"] = "model/other.onnx"; }},
      {"\"files\" must be an object", [](Json& m) { m["files"] = Json::array(); }},
      {"model/model.onnx: \"size\" is missing",
       [](Json& m) { m["files"]["model/model.onnx"].erase("size"); }},
      {"model/model.onnx: \"size\" must be a whole number of at least 0",
       [](Json& m) { m["files"]["model/model.onnx"]["size"] = -1; }},
      {"model/model.onnx: \"size\" must be a whole number of at least 0",
       [](Json& m) { m["files"]["model/model.onnx"]["size"] = 1.5; }},
      {"model/model.onnx: unknown key \"mode\"",
       [](Json& m) { m["files"]["model/model.onnx"]["mode"] = 755; }},
      {"model/model.onnx: \"sha256\" is \"" + std::string(64, 'A') + "\"",
       [](Json& m) { m["files"]["model/model.onnx"]["sha256"] = std::string(64, 'A'); }},
      {"the file name \"/etc/passwd\" has a \"/\" at its start",
       [&](Json& m) { m["files"]["/etc/passwd"] = entry; }},
      {"the file name \"model/../../x\" has a \".\" or \"..\" part",
       [&](Json& m) { m["files"]["model/../../x"] = entry; }},
      {"the file name \"model/./x\" has a \".\" or \"..\" part",
       [&](Json& m) { m["files"]["model/./x"] = entry; }},
      {"the file name \"model//x\" has an empty part",
       [&](Json& m) { m["files"]["model//x"] = entry; }},
      {"the file name \"model/x/\" has an empty part",
       [&](Json& m) { m["files"]["model/x/"] = entry; }},
      {"the file name \"\" has no characters", [&](Json& m) { m["files"][""] = entry; }},
      {"the file name \"model\\\\x\" has a character that is not printable ASCII",
       [&](Json& m) { m["files"]["model\\x"] = entry; }},
      {"the file name \"model/\\n\" has a character that is not printable ASCII",
       [&](Json& m) { m["files"]["model/\n"] = entry; }},
      {"the file name \"model/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p\" has more than 16 parts",
       [&](Json& m) { m["files"]["model/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p"] = entry; }},
      {"model/MODEL.onnx and model/model.onnx differ in case alone",
       [&](Json& m) { m["files"]["model/MODEL.onnx"] = entry; }},
      {"code/handler.py lies in a folder that bundles of schema 1 do not have; expected model/ or "
       "samples/",
       [&](Json& m) { m["files"]["code/handler.py"] = entry; }},
      {"manifest.json lies in a folder that bundles of schema 1 do not have; expected model/ or "
       "samples/",
       [&](Json& m) { m["files"]["manifest.json"] = entry; }},
      {"samples/x.txt is no sample; expected samples/NAME.json",
       [&](Json& m) { m["files"]["samples/x.txt"] = entry; }},
      {"sample name \"a/b\" is not allowed",
       [&](Json& m) { m["files"]["samples/a/b.json"] = entry; }},
  };
  for (const Change& change : changes) {
    Json json = to_json(listed());
    change.make(json);
    const auto read = parse_manifest(canonical_json(json));
    ASSERT_FALSE(read) << change.message;
    EXPECT_EQ(read.error().message.substr(0, change.message.size() + 15),
              std::string("manifest.json: ") + change.message);
    EXPECT_EQ(read.error().code, change.code) << change.message;
  }
}

TEST(Manifest, RefusesEverySpellingButOne) {
  const std::string text = manifest_text(listed());
  const std::string spaced = to_json(listed()).dump(1);
  const std::string twice = "{\"name\":\"small\"," + text.substr(1);
  for (const std::string& other :
       {spaced, text + "\n", " " + text, text.substr(0, text.size() - 1)})
    EXPECT_EQ(parse_manifest(other).error().message,
              "manifest.json is not in canonical form; expected sorted keys, no white space and "
              "one newline at the end");
  EXPECT_EQ(parse_manifest(twice).error().message,
            "manifest.json: JSON: key \"name\" stands twice");
  EXPECT_EQ(parse_manifest("{").error().message, "manifest.json: not JSON at line 1, column 2");
  EXPECT_EQ(parse_manifest("").error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace glowplug::bundle
