#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug {

/// Variables of the user's own code, by name.
using Variables = std::map<std::string, std::string>;

/// "NAME=value,NAME=value", or a JSON object of strings (for values with a comma); empty: none.
/// Errors: invalid_argument naming the place.
[[nodiscard]] Result<Variables> parse_variables(std::string_view text);
/// What `parse_variables` reads back.
[[nodiscard]] std::string variables_text(const Variables& variables);

/// A variable whose value is no setting and is never written or logged.
struct Secret {
  std::string name;  ///< of the variable
  std::string file;  ///< holds the value, without the newline at its end; empty: `from`
  std::string from;  ///< the gateway's own variable
  bool operator==(const Secret&) const = default;
};
/// "NAME,NAME=env:OTHER,NAME=file:/run/secrets/name"; empty: none. Errors: as above.
[[nodiscard]] Result<std::vector<Secret>> parse_secrets(std::string_view text);
[[nodiscard]] std::string secrets_text(const std::vector<Secret>& secrets);

/// `variables` and the values of `secrets`, read now. Errors: failed_precondition naming the secret
/// and where it was looked for, never a value; invalid_argument (a name that is in both).
[[nodiscard]] Result<Variables> resolve(const Variables& variables,
                                        const std::vector<Secret>& secrets);

}  // namespace glowplug
