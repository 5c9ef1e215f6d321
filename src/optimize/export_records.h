#pragma once
#include <span>

#include "base/json.h"
#include "model/event.h"
#include "optimize/export.h"
#include "optimize/samples.h"

namespace glowplug::optimize {

/// records/export.json: what export found out. Holds no times, so that two exports on one machine
/// give the same bytes.
///
///     {"schema": 1, "compared_with": …, "engine": …, "library_sha256": …, "cpu_level": …, "seed":
///     …,
///      "verdict": "CLEAN" or "UNVERIFIED", "reasons": [why it could not be judged],
///      "samples": [names], "samples_note": …,
///      "batching": {"max_batch", "exact", "largest_difference", "reason"},
///      "prepared": {"folder", "note", "outputs": [{"name", "elements", "unequal", "max_absolute",
///                   "max_relative", "relative_tolerance", "comparable"}]},
///      "handler": {"source_sha256": of the spec and the files that it was made of, "found":
///                  [lines]}}
[[nodiscard]] Json export_record(const ExportRequest& request, const Exported& exported);

/// records/event.json: what the handler answered to the bundle's sample event.
[[nodiscard]] Json event_record(const EventAnswer& answer);

/// records/answers.json: what the portable form answered to each sample on this machine.
///
///     {"schema": 1, "engine": …, "library_sha256": …, "cpu_level": …,
///      "samples": {NAME: [{"name", "datatype", "shape", "data" or "base64"}, …]}}
[[nodiscard]] Json answers_record(const bundle::PreparedTarget& target, const Signature& signature,
                                  std::span<const AnsweredSample> samples);

}  // namespace glowplug::optimize
