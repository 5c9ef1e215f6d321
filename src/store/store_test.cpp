#include "store/store.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/sha256.h"
#include "bundle/testing/small_bundle.h"

namespace glowplug::store {
namespace {

namespace fs = std::filesystem;
using bundle::Checks;
using bundle::testing::make_form;
using bundle::testing::make_small_bundle;
using bundle::testing::overwrite;
using bundle::testing::small_index;

class StoreFolder : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path home() const { return folder_.path() / "home"; }
  [[nodiscard]] Store open() const {
    auto store = Store::open(home());
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }
  /// A bundle outside of the store.
  [[nodiscard]] fs::path bundle(std::string_view salt) const {
    const fs::path path = folder_.path() / (std::string(salt) + ".glow");
    if (!fs::exists(path)) make_small_bundle(path, salt);
    return path;
  }
  static Added add(Store& store, const fs::path& folder, const GivenSettings& settings = {}) {
    auto added = store.add(folder, "small", settings);
    EXPECT_TRUE(added) << added.error().message;
    return *std::move(added);
  }
  TemporaryFolder folder_ = *TemporaryFolder::create();
};

template <class T>
std::string refusal(const Result<T>& result) {
  return result ? "was done" : result.error().message;
}

TEST_F(StoreFolder, KeepsWhatWasAdded) {
  const fs::path source = bundle("one");
  std::string digest;
  {
    Store store = open();
    const Added added = add(store, source);
    EXPECT_TRUE(added.is_new);
    EXPECT_EQ(added.version, "1");
    EXPECT_EQ(added.live, "1");
    EXPECT_EQ(added.folder, home() / "bundles" / added.digest);
    digest = added.digest;
  }
  fs::remove_all(source);
  const Store store = open();
  const auto resolved = store.resolve("small");
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->version, "1");
  EXPECT_EQ(resolved->digest, digest);
  const auto kept = bundle::Bundle::open(resolved->folder, Checks::hashes);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->digest(), digest);
  EXPECT_EQ(kept->record_names(), std::vector<std::string>{"export"});
}

TEST_F(StoreFolder, GivesANewDigestANewVersionAndMovesLive) {
  Store store = open();
  add(store, bundle("one"));
  const Added second = add(store, bundle("two"));
  EXPECT_EQ(second.version, "2");
  EXPECT_EQ(second.live, "2");
  const Added again = add(store, bundle("one"));
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.version, "1");
  EXPECT_EQ(again.live, "2");
  const auto functions = store.functions();
  ASSERT_TRUE(functions);
  ASSERT_EQ(functions->size(), 1U);
  EXPECT_EQ(functions->front().versions.size(), 2U);
  EXPECT_EQ(functions->front().aliases, (std::map<std::string, std::string>{{"live", "2"}}));
}

TEST_F(StoreFolder, SharesABundleBetweenFunctions) {
  Store store = open();
  const Added one = add(store, bundle("one"));
  const auto other = store.add(bundle("one"), "other");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->folder, one.folder);
  ASSERT_TRUE(store.remove("small"));
  EXPECT_TRUE(store.collect_garbage()->empty());
  EXPECT_TRUE(bundle::Bundle::open(other->folder, Checks::hashes));
}

TEST_F(StoreFolder, NeverUsesAVersionNumberTwice) {
  Store store = open();
  add(store, bundle("one"));
  add(store, bundle("two"));
  ASSERT_TRUE(store.set_alias("small", "live", "1"));
  ASSERT_TRUE(store.remove("small", "2"));
  EXPECT_EQ(add(store, bundle("three")).version, "3");
}

TEST_F(StoreFolder, RefusesADamagedBundleAndKeepsNothingOfIt) {
  Store store = open();
  overwrite(bundle("one") / "model/model.onnx", "model 0ne");
  const auto added = store.add(bundle("one"), "small");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, bundle("one").string() + ": model/model.onnx has sha256 " +
                                       sha256_hex("model 0ne") + "; the manifest says " +
                                       sha256_hex("model one"));
  EXPECT_TRUE(fs::is_empty(home() / "bundles"));
  EXPECT_TRUE(fs::is_empty(home() / "incoming"));
  EXPECT_TRUE(store.functions()->empty());
}

TEST_F(StoreFolder, RefusesADamagedBundleThatItHasWhole) {
  Store store = open();
  add(store, bundle("one"));
  overwrite(bundle("one") / "model/model.onnx", "model 0ne");
  EXPECT_FALSE(store.add(bundle("one"), "small"));
}

TEST_F(StoreFolder, RepairsADamagedCopyOfItsOwn) {
  Store store = open();
  const Added added = add(store, bundle("one"));
  overwrite(added.folder / "model/model.onnx", "model 0ne");
  EXPECT_FALSE(bundle::Bundle::open(added.folder, Checks::hashes));
  EXPECT_FALSE(add(store, bundle("one")).is_new);
  EXPECT_TRUE(bundle::Bundle::open(added.folder, Checks::hashes));
  EXPECT_TRUE(fs::is_empty(home() / "incoming"));
}

TEST_F(StoreFolder, DropsPreparedFormsThatItDidNotMake) {
  Store store = open();
  const auto source = bundle::Bundle::open(bundle("one"), Checks::sizes);
  make_form(folder_.path() / "form");
  ASSERT_TRUE(put_prepared(bundle("one"), small_index(*source), folder_.path() / "form"));
  const Added added = add(store, bundle("one"));
  EXPECT_FALSE(fs::exists(added.folder / "prepared"));

  ASSERT_TRUE(store.put_prepared(added.digest, small_index(*source), folder_.path() / "form"));
  const auto kept = bundle::Bundle::open(added.folder, Checks::hashes);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_TRUE(choose_form(*kept, small_index(*source).target).prepared);
  add(store, bundle("one"));
  EXPECT_TRUE(fs::exists(added.folder / "prepared")) << "its own form stays";
}

TEST_F(StoreFolder, LaysSettingsOverTheFunctionsRecord) {
  Store store = open();
  add(store, bundle("one"), {{"timeout", "5s"}, {"memory", "256MiB"}});
  add(store, bundle("one"), {{"timeout", "7s"}});
  EXPECT_EQ(store.resolve("small")->settings,
            (GivenSettings{{"memory", "256MiB"}, {"timeout", "7s"}}));
  ASSERT_TRUE(store.set_settings("small", {{"max_queue", "9"}}));
  EXPECT_EQ(store.resolve("small")->settings, (GivenSettings{{"max_queue", "9"}}));
  EXPECT_FALSE(store.set_settings("small", {{"timeout", "5"}}));
  EXPECT_FALSE(store.add(bundle("two"), "small", {{"tiemout", "5s"}}));
  EXPECT_EQ(store.functions()->front().versions.size(), 1U);
}

TEST_F(StoreFolder, MovesAliases) {
  Store store = open();
  add(store, bundle("one"));
  add(store, bundle("two"));
  ASSERT_TRUE(store.set_alias("small", "stable", "1"));
  EXPECT_EQ(store.resolve("small", "stable")->version, "1");
  ASSERT_TRUE(store.set_alias("small", "stable", "live"));
  EXPECT_EQ(store.resolve("small", "stable")->version, "2");
  EXPECT_EQ(refusal(store.set_alias("small", "7", "1")),
            "alias \"7\" is a number; numbers are versions");
  EXPECT_EQ(refusal(store.set_alias("small", "stable", "9")),
            "function \"small\" has no version or alias \"9\"; it has live, stable, 1, 2");
  EXPECT_EQ(refusal(store.remove_alias("small", "live")),
            "alias \"live\" has to stay: it is what is served");
  EXPECT_EQ(refusal(store.remove_alias("small", "beta")),
            "function \"small\" has no alias \"beta\"");
  ASSERT_TRUE(store.remove_alias("small", "stable"));
  EXPECT_FALSE(store.resolve("small", "stable"));
}

TEST_F(StoreFolder, DoesNotRemoveWhatAnAliasPointsTo) {
  Store store = open();
  add(store, bundle("one"));
  EXPECT_EQ(refusal(store.remove("small", "1")), "version 1 of \"small\" is what live points to");
  const auto removed = store.remove("small");
  ASSERT_TRUE(removed);
  EXPECT_TRUE(removed->function_gone);
  EXPECT_EQ(removed->versions, std::vector<std::string>{"1"});
  EXPECT_TRUE(store.functions()->empty());
}

TEST_F(StoreFolder, SaysWhatItHasInstead) {
  Store store = open();
  add(store, bundle("one"));
  EXPECT_EQ(refusal(store.resolve("smal")),
            "the store has no function \"smal\"; did you mean \"small\"?");
  EXPECT_EQ(refusal(store.remove("iris")), "the store has no function \"iris\"");
  EXPECT_EQ(refusal(store.resolve("small", "2")),
            "function \"small\" has no version or alias \"2\"; it has live, 1");
  EXPECT_EQ(refusal(store.lease("x")), "\"x\" is no digest of a bundle");
  EXPECT_EQ(refusal(store.lease(sha256_hex("x"))), "the store has no bundle 2d711642b726");
  EXPECT_TRUE(refusal(store.add(bundle("one"), "a/b")).starts_with("function name \"a/b\" is not"));
  EXPECT_EQ(store.add(folder_.path() / "absent", "small").error().code, Code::not_found);
}

TEST_F(StoreFolder, WritesDownWhatHappened) {
  Store store = open();
  const Added one = add(store, bundle("one"), {{"timeout", "5s"}});
  ASSERT_TRUE(store.set_alias("small", "stable", "1"));
  ASSERT_TRUE(store.remove("small"));
  const auto history = store.history("small");
  ASSERT_TRUE(history);
  std::vector<std::string> lines;
  for (const HistoryEntry& entry : *history) lines.push_back(entry.event + ": " + entry.detail);
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "add: version 1, digest " + one.digest, "settings: {\"timeout\":\"5s\"}",
                       "alias: stable to version 1", "remove: version 1, the function"}));
  EXPECT_EQ(store.history()->size(), 4U);
  EXPECT_TRUE(store.history("other")->empty());
}

TEST_F(StoreFolder, CollectsOnlyWhatNoVersionNames) {
  Store store = open();
  const Added one = add(store, bundle("one"));
  const Added two = add(store, bundle("two"));
  ASSERT_TRUE(store.remove("small", "1"));
  const auto garbage = store.garbage();
  ASSERT_TRUE(garbage);
  ASSERT_EQ(garbage->size(), 1U);
  EXPECT_EQ(garbage->front().digest, one.digest);
  EXPECT_GT(garbage->front().size_bytes, 1000U);
  EXPECT_TRUE(fs::exists(one.folder));
  EXPECT_EQ(store.collect_garbage()->size(), 1U);
  EXPECT_FALSE(fs::exists(one.folder));
  EXPECT_TRUE(fs::exists(two.folder));
  EXPECT_TRUE(fs::is_empty(home() / "incoming"));
  EXPECT_TRUE(store.collect_garbage()->empty());
}

TEST_F(StoreFolder, KeepsALeasedBundleUntilTheLeaseEnds) {
  Store store = open();
  const Added one = add(store, bundle("one"));
  {
    const auto lease = store.lease(one.digest);
    ASSERT_TRUE(lease);
    const auto second = store.lease(one.digest);
    EXPECT_TRUE(second) << "leases are shared";
    ASSERT_TRUE(store.remove("small"));
    const auto kept = store.collect_garbage();
    ASSERT_EQ(kept->size(), 1U);
    EXPECT_TRUE(kept->front().in_use);
    EXPECT_TRUE(store.garbage()->front().in_use);
    EXPECT_TRUE(bundle::Bundle::open(lease->folder(), Checks::hashes));
  }
  EXPECT_FALSE(store.collect_garbage()->front().in_use);
  EXPECT_FALSE(fs::exists(one.folder));
  EXPECT_EQ(store.lease(one.digest).error().code, Code::not_found);
}

TEST_F(StoreFolder, AddsAgainWhatWasCollected) {
  Store store = open();
  add(store, bundle("one"));
  ASSERT_TRUE(store.remove("small"));
  ASSERT_TRUE(store.collect_garbage());
  EXPECT_TRUE(bundle::Bundle::open(add(store, bundle("one")).folder, Checks::hashes));
}

TEST_F(StoreFolder, IsForItsOwnerAlone) {
  const Store store = open();
  EXPECT_EQ(fs::status(home()).permissions(), fs::perms{0700});
}

TEST_F(StoreFolder, IsNotTakenForEmptyWhenItsIndexIsGone) {
  EXPECT_FALSE(*Store::is_there(home()));
  {
    Store store = open();
    add(store, bundle("one"));
  }
  EXPECT_TRUE(*Store::is_there(home()));
  fs::resize_file(home() / "index.sqlite", 0);
  for (int step = 0; step < 2; ++step) {
    const auto there = Store::is_there(home());
    ASSERT_FALSE(there);
    EXPECT_EQ(there.error().code, Code::failed_precondition);
    EXPECT_NE(there.error().fix, "");
    EXPECT_EQ(Store::open(home()).error().code, Code::failed_precondition);
    fs::remove(home() / "index.sqlite");  // and the same when it is missing
  }
}

TEST_F(StoreFolder, IsNotTakenForEmptyWhenItCannotBeLookedInto) {
  overwrite(folder_.path() / "file", "no folder");
  EXPECT_EQ(Store::is_there(folder_.path() / "file").error().code, Code::not_found);
  EXPECT_EQ(Store::is_there(folder_.path() / "file" / "home").error().code, Code::not_found);
  fs::create_directory_symlink("loop", folder_.path() / "loop");
  EXPECT_FALSE(Store::is_there(folder_.path() / "loop"));
}

TEST_F(StoreFolder, SaysWhyItCannotBeOpened) {
  overwrite(folder_.path() / "file", "x");
  EXPECT_FALSE(Store::open(folder_.path() / "file"));
  EXPECT_FALSE(Store::open(folder_.path() / "file/home"));
  overwrite(home() / "index.sqlite",
            "this is no database, but long enough to look like one" + std::string(2000, '.'));
  const auto damaged = Store::open(home());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::internal);
  EXPECT_NE(damaged.error().message.find("file is not a database"), std::string::npos)
      << damaged.error().message;
}

}  // namespace
}  // namespace glowplug::store
