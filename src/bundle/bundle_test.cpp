#include "bundle/bundle.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "base/file.h"
#include "base/sha256.h"
#include "bundle/testing/small_bundle.h"

namespace glowplug::bundle {
namespace {

namespace fs = std::filesystem;
using testing::make_small_bundle;
using testing::overwrite;

TEST(GoldenBundle, OfSchema1IsReadForEver) {
  const fs::path folder = fs::path(GLOWPLUG_TEST_BUNDLES) / "schema1.glow";
  const auto bundle = Bundle::open(folder, Checks::hashes);
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->digest(), "d2a442485e11a17beb86c87502184a3c477d2a24ff609242226ddae742ccef0f");
  EXPECT_EQ(bundle->manifest().signature.describe(),
            "features FP32[-1,4] -> label BYTES[-1], probabilities FP32[-1,3]");
  EXPECT_EQ(bundle->manifest().producer, "glowplug 0.1.0");
  EXPECT_EQ(bundle->sample_names(), (std::vector<std::string>{"flowers", "zeros"}));
  const auto sample = bundle->sample("flowers");
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_TRUE(inputs_of(*sample, bundle->manifest().signature));
  EXPECT_EQ(bundle->record_names(), (std::vector<std::string>{"export"}));
}

class BundleFolder : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path path() const { return folder_.path() / "small.glow"; }
  [[nodiscard]] std::string refusal(Checks checks = Checks::hashes) const {
    const auto bundle = Bundle::open(path(), checks);
    if (bundle) return "was opened";
    const std::string prefix = path().string() + ": ";
    const std::string& message = bundle.error().message;
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }
  TemporaryFolder folder_ = *TemporaryFolder::create();
  Bundle small_ = make_small_bundle(path());
};

TEST_F(BundleFolder, OpensWhatTheWriterWrote) {
  const auto bundle = Bundle::open(path(), Checks::hashes);
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->digest(), small_.digest());
  EXPECT_EQ(bundle->model_path(), path() / "model/model.onnx");
  EXPECT_EQ(bundle->sample_names(), (std::vector<std::string>{"ones", "zeros"}));
  EXPECT_EQ(bundle->record_names(), (std::vector<std::string>{"export"}));
  EXPECT_EQ((*bundle->record("export"))["digest"], bundle->digest());
}

TEST_F(BundleFolder, HasTheSameDigestEveryTime) {
  const Bundle again = make_small_bundle(folder_.path() / "again.glow");
  EXPECT_EQ(again.digest(), small_.digest());
  EXPECT_NE(make_small_bundle(folder_.path() / "other.glow", "other").digest(), small_.digest());
}

TEST_F(BundleFolder, DigestLeavesOutRecordsAndPreparedForms) {
  ASSERT_TRUE(write_record(path(), small_.digest(), "more", {{"schema", 1}}));
  overwrite(path() / "prepared/engine-level/model.ort", "x");
  const auto bundle = Bundle::open(path(), Checks::hashes);
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->digest(), small_.digest());
}

struct Damage {
  const char* message;
  std::function<void(const fs::path&)> make;
};

TEST_F(BundleFolder, RefusesEveryKindOfDamageByName) {
  const std::string model = sha256_hex("model one");
  const std::string bent = sha256_hex("model 0ne");
  const Damage damages[] = {
      {"manifest.json is not there: this is no bundle",
       [](const fs::path& b) { fs::remove(b / "manifest.json"); }},
      {"manifest.json is not a regular file",
       [](const fs::path& b) {
         fs::rename(b / "manifest.json", b / "real.json");
         fs::create_symlink("real.json", b / "manifest.json");
       }},
      {"manifest.json is not a regular file",
       [](const fs::path& b) {
         fs::remove(b / "manifest.json");
         fs::create_directory(b / "manifest.json");
       }},
      {"manifest.json: not JSON at line 1, column 1",
       [](const fs::path& b) { overwrite(b / "manifest.json", ""); }},
      {"model/model.onnx has 4 bytes; the manifest says 9",
       [](const fs::path& b) { overwrite(b / "model/model.onnx", "tiny"); }},
      {"model/model.onnx is listed in the manifest but is not there",
       [](const fs::path& b) { fs::remove(b / "model/model.onnx"); }},
      {"samples/zeros.json is listed in the manifest but is not there",
       [](const fs::path& b) { fs::remove(b / "samples/zeros.json"); }},
      {"model/model.onnx is a folder; a file was expected",
       [](const fs::path& b) {
         fs::remove(b / "model/model.onnx");
         fs::create_directory(b / "model/model.onnx");
       }},
      {"model/model.onnx is a link; expected a regular file",
       [](const fs::path& b) {
         fs::rename(b / "model/model.onnx", b / "../outside.onnx");
         fs::create_symlink("../../outside.onnx", b / "model/model.onnx");
       }},
      {"model is a link; expected a regular file",
       [](const fs::path& b) {
         fs::rename(b / "model", b / "../outside");
         fs::create_directory_symlink("../outside", b / "model");
       }},
      {"model/model.onnx has 2 names (hard links); expected one, so that nothing outside of the "
       "bundle can change it",
       [](const fs::path& b) {
         fs::create_hard_link(b / "model/model.onnx", b / "../second.onnx");
       }},
      {"model/pipe is a special file; expected a regular one",
       [](const fs::path& b) { ASSERT_EQ(::mkfifo((b / "model/pipe").c_str(), 0600), 0); }},
      {"model/Model.onnx is not listed in the manifest; model/model.onnx is, which differs in case "
       "alone",
       [](const fs::path& b) { fs::rename(b / "model/model.onnx", b / "model/Model.onnx"); }},
      {"model/extra.bin is not listed in the manifest",
       [](const fs::path& b) { overwrite(b / "model/extra.bin", "x"); }},
      {"samples/extra.json is not listed in the manifest",
       [](const fs::path& b) { overwrite(b / "samples/extra.json", "{}"); }},
      {"model/empty is a folder that holds no file of the manifest",
       [](const fs::path& b) { fs::create_directory(b / "model/empty"); }},
      {"data does not belong in a bundle; expected manifest.json, model/, samples/, records/ and "
       "prepared/ alone",
       [](const fs::path& b) { overwrite(b / "data/handler.py", "x"); }},
      {"code is a folder that holds no file of the manifest",
       [](const fs::path& b) { overwrite(b / "code/handler.py", "x"); }},
      {".hidden does not belong in a bundle; expected manifest.json, model/, samples/, records/ "
       "and "
       "prepared/ alone",
       [](const fs::path& b) { overwrite(b / ".hidden", "x"); }},
      {"Manifest.json does not belong in a bundle; expected manifest.json, model/, samples/, "
       "records/ and prepared/ alone",
       [](const fs::path& b) { overwrite(b / "Manifest.json", "x"); }},
      {"the file name \"model/\\u0007\" has a character that is not printable ASCII",
       [](const fs::path& b) { overwrite(b / "model/\a", "x"); }},
      {"the file name \"model/\xEF\xBF\xBD\" has a character that is not printable ASCII",
       [](const fs::path& b) { overwrite(b / "model/\xFF", "x"); }},
      {"records/notes.txt is no record; expected records/NAME.json",
       [](const fs::path& b) { overwrite(b / "records/notes.txt", "x"); }},
      {"records/deep is no record; expected records/NAME.json",
       [](const fs::path& b) { overwrite(b / "records/deep/a.json", "{}"); }},
      {"records/link.json is a link; expected a regular file",
       [](const fs::path& b) { fs::create_symlink("export.json", b / "records/link.json"); }},
      {"records is no record; expected records/NAME.json",
       [](const fs::path& b) {
         fs::remove_all(b / "records");
         overwrite(b / "records", "x");
       }},
      {"prepared/model.ort is no prepared form; expected a folder prepared/ENGINE-LEVEL",
       [](const fs::path& b) { overwrite(b / "prepared/model.ort", "x"); }},
      {"prepared is no prepared form; expected a folder prepared/ENGINE-LEVEL",
       [](const fs::path& b) { overwrite(b / "prepared", "x"); }},
      {"prepared/a-b/model.ort is a link; expected a regular file",
       [](const fs::path& b) {
         fs::create_directories(b / "prepared/a-b");
         fs::create_symlink("/etc/passwd", b / "prepared/a-b/model.ort");
       }},
  };
  for (const Damage& damage : damages) {
    make_small_bundle(path());
    damage.make(path());
    EXPECT_EQ(refusal(Checks::sizes), damage.message);
    fs::remove_all(path());
    fs::remove_all(folder_.path() / "outside");
    fs::remove(folder_.path() / "outside.onnx");
    fs::remove(folder_.path() / "second.onnx");
  }
  make_small_bundle(path());
  overwrite(path() / "model/model.onnx", "model 0ne");
  EXPECT_EQ(refusal(Checks::sizes), "was opened");
  EXPECT_EQ(refusal(), "model/model.onnx has sha256 " + bent + "; the manifest says " + model);
}

TEST_F(BundleFolder, RefusesRecordsOfAnotherBundle) {
  ASSERT_TRUE(write_record(path(), sha256_hex("other"), "stray", {{"schema", 1}}));
  EXPECT_EQ(refusal(), (path() / "records/stray.json").string() +
                           " speaks of digest d9298a10d1b0; "
                           "this bundle is " +
                           short_digest(small_.digest()));
  overwrite(path() / "records/stray.json", "{}");
  EXPECT_EQ(refusal(), (path() / "records/stray.json").string() +
                           " does not name the digest that it speaks of");
  overwrite(path() / "records/stray.json", "[");
  EXPECT_EQ(refusal(), (path() / "records/stray.json").string() + ": not JSON at line 1, column 2");
}

TEST_F(BundleFolder, RefusesWhatIsNoFolder) {
  EXPECT_EQ(Bundle::open(folder_.path() / "absent", Checks::sizes).error().code, Code::not_found);
  overwrite(folder_.path() / "file", "x");
  EXPECT_EQ(Bundle::open(folder_.path() / "file", Checks::sizes).error().message,
            (folder_.path() / "file").string() +
                " is not a folder; a bundle is one, by custom NAME.glow");
}

TEST_F(BundleFolder, SaysWhichSampleIsBroken) {
  EXPECT_EQ(small_.sample("absent").error().message,
            path().string() + " has no samples/absent.json");
  overwrite(path() / "samples/ones.json", R"({"schema":1,"request":{}})");
  EXPECT_EQ(small_.sample("ones").error().message,
            (path() / "samples/ones.json").string() + ": \"request\": \"inputs\" is missing");
}

}  // namespace
}  // namespace glowplug::bundle
