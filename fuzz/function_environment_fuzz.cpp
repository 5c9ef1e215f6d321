// Variables and secrets of a function as people write them: what is read is written and read back
// as the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "model/function_environment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  using namespace glowplug;                                // NOLINT(google-build-using-namespace)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto variables = parse_variables(text);
  if (variables) {
    const auto again = parse_variables(variables_text(*variables));
    GLOWPLUG_CHECK(again.has_value() && *again == *variables);
  } else {
    GLOWPLUG_CHECK(!variables.error().message.empty());
  }
  const auto secrets = parse_secrets(text);
  if (secrets) {
    const auto again = parse_secrets(secrets_text(*secrets));
    GLOWPLUG_CHECK(again.has_value() && *again == *secrets);
  } else {
    GLOWPLUG_CHECK(!secrets.error().message.empty());
  }
  return 0;
}
