#include "bundle/prepared.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/sha256.h"
#include "bundle/testing/small_bundle.h"

namespace glowplug::bundle {
namespace {

namespace fs = std::filesystem;
using testing::make_form;
using testing::make_small_bundle;
using testing::overwrite;
using testing::small_index;

class PreparedForm : public ::testing::Test {
 protected:
  void SetUp() override {
    make_form(made());
    const auto put = put_prepared(bundle_.folder(), small_index(bundle_), made());
    ASSERT_TRUE(put) << put.error().message;
    EXPECT_EQ(*put, "prepared/onnxruntime-x86-64-avx2");
  }
  [[nodiscard]] fs::path made() const { return folder_.path() / "made"; }
  [[nodiscard]] fs::path form() const {
    return bundle_.folder() / "prepared/onnxruntime-x86-64-avx2";
  }
  [[nodiscard]] std::string reason(Checks checks = Checks::hashes) const {
    const ChosenForm chosen = choose_form(bundle_, target_, checks);
    EXPECT_EQ(chosen.model, chosen.prepared ? form() / "model.ort" : bundle_.model_path());
    return chosen.reason;
  }
  TemporaryFolder folder_ = *TemporaryFolder::create();
  Bundle bundle_ = make_small_bundle(folder_.path() / "small.glow");
  PreparedTarget target_ = small_index(bundle_).target;
};

TEST_F(PreparedForm, IsChosenForExactlyItsTarget) {
  const ChosenForm chosen = choose_form(bundle_, target_);
  EXPECT_TRUE(chosen.prepared);
  EXPECT_EQ(chosen.model, form() / "model.ort");
  EXPECT_EQ(
      chosen.reason,
      "prepared/onnxruntime-x86-64-avx2 was made for exactly this CPU level and engine library");
  EXPECT_TRUE(Bundle::open(bundle_.folder(), Checks::hashes));
}

TEST_F(PreparedForm, IsPassedOverForAnyOtherTarget) {
  target_.cpu_level = "x86-64-avx512";
  EXPECT_EQ(reason(),
            "the portable form serves: prepared/onnxruntime-x86-64-avx512 is not there, only "
            "prepared/onnxruntime-x86-64-avx2; a form made for another CPU or engine can answer "
            "wrong without an error");
  target_.cpu_level = "x86-64-avx2";
  target_.library_sha256 = sha256_hex("another library");
  EXPECT_EQ(
      reason(),
      "the portable form serves: prepared/onnxruntime-x86-64-avx2 is passed over: it was made "
      "for onnxruntime 1.28.0 with sha256 " +
          short_digest(sha256_hex("library")) + ", this library has " +
          short_digest(sha256_hex("another library")));
}

TEST_F(PreparedForm, IsPassedOverWhenMovedToAnotherName) {
  fs::rename(form(), bundle_.folder() / "prepared/onnxruntime-x86-64-avx512");
  target_.cpu_level = "x86-64-avx512";
  EXPECT_EQ(reason(),
            "the portable form serves: prepared/onnxruntime-x86-64-avx512 is passed over: it was "
            "made for CPU level x86-64-avx2, this CPU is x86-64-avx512");
}

TEST_F(PreparedForm, IsPassedOverWhenItIsNotWhole) {
  const std::string passed_over =
      "the portable form serves: prepared/onnxruntime-x86-64-avx2 is passed over: ";
  overwrite(form() / "model.ort", "optimize!");
  EXPECT_EQ(reason(Checks::hashes), passed_over + "model.ort has sha256 " +
                                        sha256_hex("optimize!") + "; the manifest says " +
                                        sha256_hex("optimized"));
  overwrite(form() / "model.ort", "short");
  EXPECT_EQ(reason(Checks::sizes), passed_over + "model.ort has 5 bytes; the manifest says 9");
  fs::remove(form() / "model.ort");
  EXPECT_EQ(reason(), passed_over + "model.ort is listed in the manifest but is not there");
  overwrite(form() / "extra", "x");
  EXPECT_EQ(reason(), passed_over + "extra is not listed in the manifest");
  overwrite(form() / "index.json", "{}");
  EXPECT_EQ(reason(), passed_over + "\"schema\" is missing");
  fs::remove(form() / "index.json");
  EXPECT_TRUE(reason().starts_with(passed_over + "open "));
  ASSERT_TRUE(drop_prepared(bundle_.folder()));
  EXPECT_EQ(reason(), "the portable form serves: there is no prepared one");
}

TEST_F(PreparedForm, IsPassedOverWhenItIsOfAnotherBundle) {
  const Bundle other = make_small_bundle(folder_.path() / "other.glow", "other");
  fs::copy(bundle_.folder() / "prepared", other.folder() / "prepared", fs::copy_options::recursive);
  EXPECT_EQ(
      choose_form(other, target_).reason,
      "the portable form serves: prepared/onnxruntime-x86-64-avx2 is passed over: it was made "
      "from digest " +
          short_digest(bundle_.digest()) + ", this bundle is " + short_digest(other.digest()));
}

TEST_F(PreparedForm, GivesWayToANewOne) {
  auto old = MappedFile::open(form() / "model.ort");
  ASSERT_TRUE(old);
  make_form(made(), "optimized again");
  fs::create_directory(bundle_.folder() / "prepared/.new-left-behind");
  ASSERT_TRUE(put_prepared(bundle_.folder(), small_index(bundle_), made()));
  EXPECT_EQ(*read_file(form() / "model.ort"), "optimized again");
  EXPECT_EQ(old->text(), "optimized");
  EXPECT_TRUE(choose_form(bundle_, target_).prepared);
  EXPECT_EQ(std::distance(fs::directory_iterator(bundle_.folder() / "prepared"),
                          fs::directory_iterator()),
            1);
}

TEST_F(PreparedForm, IsListedWithItsIndex) {
  fs::create_directory(bundle_.folder() / "prepared/broken-form");
  const auto forms = prepared_forms(bundle_);
  ASSERT_EQ(forms.size(), 2U);
  EXPECT_EQ(forms[0].folder, "prepared/broken-form");
  EXPECT_FALSE(forms[0].index);
  ASSERT_TRUE(forms[1].index);
  EXPECT_EQ(forms[1].index->samples_compared, 2U);
  EXPECT_EQ(forms[1].index->files.size(), 2U);
  EXPECT_EQ(to_json(*prepared_index_from_json(to_json(*forms[1].index))), to_json(*forms[1].index));
}

TEST_F(PreparedForm, IsRefusedWhenItDoesNotFit) {
  PreparedIndex index = small_index(bundle_);
  const auto refusal = [&] {
    const auto put = put_prepared(bundle_.folder(), index, made());
    return put ? "was put" : put.error().message;
  };
  index.main_file = "absent.ort";
  EXPECT_EQ(refusal(), "the prepared form has no file \"absent.ort\"");
  index = small_index(bundle_);
  index.target.cpu_level = "../x";
  EXPECT_TRUE(refusal().starts_with("CPU level \"../x\" is not allowed"));
  index = small_index(bundle_);
  index.digest = sha256_hex("other");
  EXPECT_TRUE(refusal().starts_with("the prepared form is of digest d9298a10d1b0; the bundle is "));
  index = small_index(bundle_);
  overwrite(made() / "index.json", "{}");
  EXPECT_EQ(refusal(), "index.json is the name of the form's own index");
  fs::remove(made() / "index.json");
  fs::create_symlink("model.ort", made() / "link");
  EXPECT_EQ(refusal(), "link is a link; expected a regular file");
}

TEST_F(PreparedForm, IndexIsReadStrictly) {
  const Json good = to_json(*prepared_forms(bundle_).front().index);
  const auto refusal = [&](const char* change) {
    Json json = good;
    json.merge_patch(Json::parse(change));
    const auto index = prepared_index_from_json(json);
    return index ? "was read" : index.error().message;
  };
  EXPECT_EQ(refusal("{}"), "was read");
  EXPECT_EQ(refusal(R"({"schema":2})"), "it has schema 2; this program reads schema 1 and older");
  EXPECT_EQ(refusal(R"({"extra":1})"), "unknown key \"extra\"");
  EXPECT_EQ(refusal(R"({"main":"x"})"), "\"main\" is \"x\"; expected one of \"files\"");
  EXPECT_EQ(refusal(R"({"largest_difference":-1})"),
            "\"largest_difference\" must be a number of at least 0");
  EXPECT_EQ(refusal(R"({"samples_compared":"2"})"),
            "\"samples_compared\" must be a whole number of at least 0");
  EXPECT_EQ(refusal(R"({"library_sha256":"x"})"),
            "\"library_sha256\" is \"x\"; expected 64 lower-case hexadecimal digits");
}

}  // namespace
}  // namespace glowplug::bundle
