#include "cli/open_store.h"

namespace glowplug::cli {

Result<store::Store> open_store(const Session& session) {
  GLOWPLUG_ASSIGN(const auto home, home_of(session));
  return store::Store::open(home);
}

Result<std::optional<store::Store>> open_store_if_there(const Session& session) {
  GLOWPLUG_ASSIGN(const auto home, home_of(session));
  GLOWPLUG_ASSIGN(const bool there, store::Store::is_there(home));
  if (!there) return std::optional<store::Store>();
  GLOWPLUG_ASSIGN(auto store, store::Store::open(home));
  return std::optional<store::Store>(std::move(store));
}

}  // namespace glowplug::cli
