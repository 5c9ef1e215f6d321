#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/infer_request.h"

/// The JSON object of an inference request, as it is written: kinds are checked, meaning is not.
namespace glowplug::front::oip {

struct EnvelopeInput {
  std::string name;
  std::string datatype;  ///< "FP32"
  Shape shape;
  std::optional<std::uint64_t> binary_size;  ///< parameter binary_data_size
  std::string_view data;  ///< from the first character of `data` to the end of the JSON, not yet
                          ///< checked; empty if there is none
};

struct EnvelopeOutput {
  std::string name;
  std::optional<bool> binary;  ///< parameter binary_data
  std::optional<std::int64_t> classification;
};

struct Envelope {
  std::string id;
  Parameters parameters;
  std::vector<EnvelopeInput> inputs;
  std::vector<EnvelopeOutput> outputs;
};

/// `json` is followed by 64 readable bytes, whatever they hold; `data` of the inputs points into
/// it. Errors: invalid_argument (broken JSON or UTF-8, with the byte; a key of the wrong kind,
/// missing or twice; nesting beyond `max_depth`), unimplemented (shared memory).
[[nodiscard]] Result<Envelope> read_envelope(std::string_view json, std::size_t max_depth);

}  // namespace glowplug::front::oip
