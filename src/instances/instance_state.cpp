#include "instances/instance_state.h"

namespace glowplug::instances {

std::string_view name_of(InstanceState state) {
  constexpr std::array<std::string_view, kInstanceStateCount> kNames = {
      "absent", "starting", "parked", "idle", "busy", "leaving", "gone"};
  return kNames.at(static_cast<std::size_t>(state));
}

}  // namespace glowplug::instances
