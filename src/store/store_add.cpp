#include <fmt/format.h>

#include <algorithm>

#include "bundle/name.h"
#include "store/bundle_folders.h"
#include "store/database.h"
#include "store/incoming.h"
#include "store/index.h"
#include "store/store.h"

namespace glowplug::store {
namespace {

/// The bundle's files on their way in: either the store has them already (leased, so that nobody
/// collects them meanwhile), or a whole copy waits beside.
struct Arrival {
  std::optional<Lease> stored;
  std::optional<Incoming> copy;
  std::filesystem::path copied_bundle;  ///< inside `copy`
};

/// A stored bundle that is damaged is not leased: the new copy takes its place.
std::optional<Lease> lease_if_whole(const Store& store, const std::string& digest) {
  auto lease = store.lease(digest);
  if (!lease || !bundle::Bundle::open(lease->folder(), bundle::Checks::hashes)) return std::nullopt;
  return *std::move(lease);
}

Result<Arrival> bring_in(const Store& store, const bundle::Bundle& source) {
  Arrival arrival;
  arrival.stored = lease_if_whole(store, source.digest());
  if (arrival.stored) {
    // Nothing is copied, but a damaged source is refused all the same.
    GLOWPLUG_TRY(bundle::Bundle::open(source.folder(), bundle::Checks::hashes));
    return arrival;
  }
  GLOWPLUG_ASSIGN(Incoming incoming, Incoming::create(store.home()));
  arrival.copied_bundle = incoming.folder() / "bundle";
  arrival.copy.emplace(std::move(incoming));
  GLOWPLUG_TRY(copy_bundle(source, arrival.copied_bundle));
  return arrival;
}

/// `given` laid over what the function's record has.
GivenSettings merged(const std::optional<Function>& function, const GivenSettings& given) {
  GivenSettings settings = given;
  if (function) settings.insert(function->settings.begin(), function->settings.end());
  return settings;
}

/// The rows of one add. The caller commits.
Result<Added> write_rows(Database& database, std::string_view function, const std::string& digest,
                         const GivenSettings& settings) {
  GLOWPLUG_ASSIGN(const auto before, index::find_function(database, function));
  Added added;
  added.digest = digest;
  if (before) {
    const auto known = std::ranges::find(before->versions, digest, &Version::digest);
    if (known != before->versions.end()) added.version = known->version;
    added.live = before->aliases.at(std::string(kLive));
  }
  if (added.version.empty()) {
    GLOWPLUG_ASSIGN(added.version, index::insert_version(database, function, digest));
    GLOWPLUG_TRY(index::put_alias(database, function, kLive, added.version));
    GLOWPLUG_TRY(index::note(database, function, "add",
                             fmt::format("version {}, digest {}", added.version, digest)));
    added.live = added.version;
    added.is_new = true;
  }
  const GivenSettings record = merged(before, settings);
  if (!before || record != before->settings) {
    GLOWPLUG_TRY(index::put_settings(database, function, record));
    if (!record.empty())
      GLOWPLUG_TRY(index::note(database, function, "settings", Json(record).dump()));
  }
  return added;
}

}  // namespace

Result<Added> Store::add(const std::filesystem::path& folder, std::string_view function,
                         const GivenSettings& settings) {
  GLOWPLUG_TRY(must_be_writable());
  GLOWPLUG_TRY(bundle::check_name("function name", function));
  GLOWPLUG_TRY(apply({}, settings));
  GLOWPLUG_ASSIGN(const bundle::Bundle source, bundle::Bundle::open(folder, bundle::Checks::sizes));
  GLOWPLUG_ASSIGN(const Arrival arrival, bring_in(*this, source));

  // From here nobody collects, so the files are there when the index begins to speak of them.
  GLOWPLUG_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  if (arrival.copy) GLOWPLUG_TRY(place_bundle(home_, source.digest(), arrival.copied_bundle));
  GLOWPLUG_ASSIGN(Added added, write_rows(*database_, function, source.digest(), settings));
  GLOWPLUG_TRY(transaction.commit());
  added.folder = folder_of(source.digest());
  return added;
}

}  // namespace glowplug::store
