#include "cli/export_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/describe_bundle.h"

namespace glowplug::cli {

Result<optimize::Exported> export_with_progress(const optimize::ExportRequest& request,
                                                RunnerFactory& runners, Progress& progress) {
  progress.start("export");
  auto exported = optimize::export_model(request, runners,
                                         [&progress](const optimize::Phase& phase, bool ended) {
                                           if (!ended) progress.step(phase.name);
                                         });
  if (exported) {
    progress.done(name_with_digest(request.name, exported->digest));
  } else {
    progress.failed();
  }
  return exported;
}

std::string prepared_line(const optimize::Exported& exported) {
  if (exported.prepared.empty())
    return fmt::format("none: {}; the portable form serves", exported.prepared_note);
  double largest = 0;
  for (const optimize::OutputDifference& difference : exported.differences)
    largest = std::max(largest, difference.max_relative);
  return fmt::format("{}   largest difference {:.2g} over {} samples", exported.prepared, largest,
                     exported.samples.size());
}

std::string handler_lines(const optimize::HandlerFiles& handler) {
  if (handler.spec.is_null()) return {};
  const auto type = [&](const char* side) {
    return handler.spec.contains(side) ? handler.spec[side].value("type", "") : "tensors";
  };
  std::string text = fmt::format("Handler   {} in, {} out\n", type("input"), type("output"));
  for (const std::string& line : handler.found) text += fmt::format("          {}\n", line);
  return text;
}

std::string native_line(const optimize::NativeForm& native) {
  if (native.folder.empty())
    return fmt::format("not compiled: {}; ONNX Runtime serves", native.reason);
  return fmt::format("{}   largest difference {:.2g} over {} rows", native.folder,
                     native.agreement.largest_difference, native.rows_compared);
}

}  // namespace glowplug::cli
