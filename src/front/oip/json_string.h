#pragma once
#include <cstddef>
#include <vector>

#include "front/oip/json_number.h"

namespace glowplug::front::oip {

/// Takes a JSON string off the front and appends it to `to` as one BYTES element. Its text must
/// have been found to be UTF-8 before. False, with the cursor at the fault and `to` unfinished, for
/// an unknown escape, half of a surrogate pair, a bare control character or a missing quote.
[[nodiscard]] bool take_string(TextCursor& cursor, std::vector<std::byte>& to);

}  // namespace glowplug::front::oip
