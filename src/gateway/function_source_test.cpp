#include "gateway/function_source.h"

#include <gtest/gtest.h>

#include "gateway/load_plan.h"
#include "gateway/testing/bundles.h"

namespace glowplug::gateway {
namespace {

using testing::damage_model;
using testing::write_bundle;

class SourceTest : public ::testing::Test {
 protected:
  SourceTest() : folder_(*TemporaryFolder::create()) {
    EXPECT_TRUE(write_file_atomically(path() / "model.onnx", "a model", false));
    EXPECT_TRUE(write_file_atomically(path() / "engine.so", "an engine", false));
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path bundle(const std::string& name, const std::string& license = "MIT") {
    return write_bundle(path(), name, path() / "model.onnx", license);
  }
  LoaderOptions loader() const { return {path() / "engine.so", "x86-64-avx2", true}; }

 private:
  TemporaryFolder folder_;
};

TEST_F(SourceTest, BundlesAreNamedByTheirManifests) {
  const auto source = make_bundle_source({bundle("b"), bundle("a")}, {{"idle_timeout", "5s"}});
  ASSERT_TRUE(source) << source.error().message;
  const auto all = (*source)->all();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].name, "a");
  EXPECT_EQ((*all)[0].version, "1");
  EXPECT_EQ((*all)[1].wanted->settings.idle_timeout, seconds(5));
  EXPECT_EQ((*source)->one("c").error().message, "no bundle named \"c\" was given to serve");
}

TEST_F(SourceTest, RefusesABundleThatIsNotThereAndTwoOfOneName) {
  const auto missing = make_bundle_source({path() / "none.glow"}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  const auto first = bundle("a");
  const auto second = path() / "copy.glow";
  std::filesystem::copy(first, second, std::filesystem::copy_options::recursive);
  const auto twice = make_bundle_source({first, second}, {});
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("are both named a"), std::string::npos);
  EXPECT_EQ(make_bundle_source({first}, {{"idle_timeout", "5"}}).error().code,
            Code::invalid_argument);
}

TEST_F(SourceTest, ABundleChangedInPlaceIsTheNextVersion) {
  const auto source = make_bundle_source({bundle("a")}, {});
  EXPECT_EQ((*source)->one("a")->version, "1");
  EXPECT_EQ((*source)->one("a")->version, "1");
  bundle("a", "Apache-2.0");
  EXPECT_EQ((*source)->one("a")->version, "2");
}

TEST_F(SourceTest, AStoreGivesTheLiveVersionAndItsRecordBeatsTheDefaults) {
  auto store = store::Store::open(path() / "home");
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_TRUE(store->add(bundle("a"), "a", {{"idle_timeout", "7s"}}));
  ASSERT_TRUE(store->add(bundle("a", "Apache-2.0"), "a"));
  auto source = make_store_source(*std::move(store), {{"idle_timeout", "5s"}, {"timeout", "9s"}});
  const auto wanted = source->one("a");
  ASSERT_TRUE(wanted) << wanted.error().message;
  EXPECT_EQ(wanted->version, "2");
  EXPECT_EQ(wanted->settings.idle_timeout, seconds(7));
  EXPECT_EQ(wanted->settings.timeout, seconds(9));
  const auto lease = source->lease(*wanted);
  ASSERT_TRUE(lease);
  EXPECT_TRUE(lease->has_value());
  EXPECT_EQ(source->one("b").error().code, Code::not_found);
}

TEST_F(SourceTest, ThePlanLoadsWhatIsNewAndNothingElse) {
  const auto source = make_bundle_source({bundle("a"), bundle("b"), bundle("c")}, {});
  damage_model(path() / "b.glow");
  const WantedByName served{{"c", *(*source)->one("c")}};
  const auto plan = plan_all(**source, served, {"a"}, loader());
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->size(), 3U);
  EXPECT_TRUE(std::holds_alternative<PlannedFunction::Unchanged>((*plan)[0].step));
  ASSERT_TRUE(std::holds_alternative<Error>((*plan)[1].step));
  EXPECT_NE(std::get<Error>((*plan)[1].step).message.find("model/model.onnx"), std::string::npos);
  EXPECT_TRUE(std::holds_alternative<PlannedFunction::Unchanged>((*plan)[2].step));

  const PlannedFunction one = plan_one(**source, "a", served, loader());
  ASSERT_TRUE(std::holds_alternative<LoadedFunction>(one.step));
  const auto& loaded = std::get<LoadedFunction>(one.step);
  EXPECT_FALSE(loaded.spec.prepared);
  EXPECT_EQ(loaded.spec.model, (path() / "a.glow/model/model.onnx").string());
  EXPECT_FALSE(loaded.form_reason.empty());
}

TEST_F(SourceTest, AMissingEngineIsSaidWithTheFix) {
  const auto source = make_bundle_source({bundle("a")}, {});
  auto options = loader();
  options.engine_library = path() / "missing.so";
  const auto loaded = load_function(*(*source)->one("a"), **source, options);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::unavailable);
  EXPECT_NE(loaded.error().fix.find("scripts/setup.sh"), std::string::npos);
}

}  // namespace
}  // namespace glowplug::gateway
