#include "runtime/fixed_repository.h"

#include <fmt/format.h>

namespace glowplug::runtime {

void FixedRepository::index(std::function<void(Result<std::vector<front::oip::ModelIndex>>)> done) {
  done(std::vector{only_});
}

void FixedRepository::load(const std::string& name, std::function<void(Result<void>)> done) {
  done(refuse(name));
}

void FixedRepository::unload(const std::string& name, std::function<void(Result<void>)> done) {
  done(refuse(name));
}

Error FixedRepository::refuse(const std::string& name) const {
  if (name != only_.name)
    return {Code::not_found,
            fmt::format("no function \"{}\"; this server has \"{}\"", name, only_.name),
            {}};
  return {Code::unimplemented,
          fmt::format("this server has \"{}\" only, and always: nothing is loaded or unloaded",
                      only_.name),
          {}};
}

}  // namespace glowplug::runtime
