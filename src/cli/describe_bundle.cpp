#include "cli/describe_bundle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace glowplug::cli {
namespace {

constexpr std::size_t kMostLabels = 8;

std::string line(std::string_view kind, const TensorSpec& spec) {
  std::string text = fmt::format("  {:<8} {:<24} {}{}", kind, spec.name,
                                 glowplug::name_of(spec.datatype), to_string(spec.shape));
  if (spec.optional) text += "   optional";
  if (!spec.labels.empty()) {
    const std::size_t shown = std::min(spec.labels.size(), kMostLabels);
    text += fmt::format(
        "   labels {}{}",
        fmt::join(spec.labels.begin(), spec.labels.begin() + static_cast<std::ptrdiff_t>(shown),
                  ", "),
        shown < spec.labels.size() ? fmt::format(" and {} more", spec.labels.size() - shown) : "");
  }
  return text + "\n";
}

}  // namespace

std::string signature_lines(const Signature& signature) {
  std::string text;
  for (const TensorSpec& input : signature.inputs) text += line("input", input);
  for (const TensorSpec& output : signature.outputs) text += line("output", output);
  return text;
}

std::string batching_line(const Signature& signature) {
  if (signature.max_batch == 0) return "requests run one by one";
  return fmt::format("up to {} rows of different requests run together", signature.max_batch);
}

std::uint64_t size_of(const bundle::Manifest& manifest) {
  std::uint64_t total = 0;
  for (const auto& [path, file] : manifest.files) total += file.size_bytes;
  return total;
}

std::string name_with_digest(std::string_view name, std::string_view digest) {
  return fmt::format("{}@{}", name, bundle::short_digest(digest));
}

}  // namespace glowplug::cli
