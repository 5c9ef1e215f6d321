// glowplug-handler in its role "template" with the probe engine in place of a real one.
#include <cstdlib>
#include <string>

#include "runtime/template_role.h"
#include "runtime/testing/probe_engine.h"

int main(int argc, char** argv) {
  using namespace glowplug;  // NOLINT(google-build-using-namespace)
  const runtime::ProcessTitle title(argc, argv);
  return runtime::run_template_role(
      3,
      [](std::string_view name,
         const std::filesystem::path& library) -> Result<std::unique_ptr<engine::Engine>> {
        if (name == "probe") return runtime::testing::make_probe_engine();
        return runtime::open_engine(name, library);
      },
      title);
}
