#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "handler/text/flat/format.h"

namespace glowplug::handler::text::flat {

/// The double array of these keys; of equal keys the last one counts. The empty key belongs to the
/// root. Errors: too_large (more than 2^24 states, or a value above 2^31).
[[nodiscard]] Result<std::vector<TrieUnit>> build_trie(
    std::vector<std::pair<std::string, std::uint32_t>> keys);

}  // namespace glowplug::handler::text::flat
