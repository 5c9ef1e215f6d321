#include "optimize/handler_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/file.h"
#include "handler/handler.h"
#include "handler/spec.h"
#include "handler/table.h"

namespace glowplug::optimize {
namespace {

/// Assets of a handler that is being made.
class MadeAssets final : public handler::Assets {
 public:
  explicit MadeAssets(const std::map<std::string, std::string>& files) : files_(files) {}
  [[nodiscard]] Result<std::span<const std::byte>> get(std::string_view name) override {
    const auto found = files_.find(std::string(name));
    if (found == files_.end())
      return Error{Code::not_found, fmt::format("there is no asset {}", name), {}};
    return std::as_bytes(std::span(found->second));
  }

 private:
  const std::map<std::string, std::string>& files_;
};

bool is_float(Datatype datatype) {
  return datatype == Datatype::fp32 || datatype == Datatype::fp64 || datatype == Datatype::fp16;
}

/// The output that the labels are of: the one that the spec names, or the only one of floats, and
/// every output of whole numbers without a second dimension.
void set_labels(const Json& output, const std::vector<std::string>& labels, Signature& signature) {
  std::string named;
  for (const char* const key : {"tensor", "scores"}) {
    if (output.contains(key) && output[key].is_string()) named = output[key].get<std::string>();
  }
  for (TensorSpec& spec : signature.outputs) {
    const bool fits = named.empty() ? is_float(spec.datatype) : spec.name == named;
    if (fits) spec.labels = labels;
  }
}

Result<void> take_labels(Json& output, const std::filesystem::path& folder, HandlerFiles& files,
                         Signature& signature) {
  if (!output.is_object() || !output.contains("labels")) return {};
  const Json given = std::exchange(output["labels"], Json());
  output.erase("labels");
  std::vector<std::string> labels;
  if (given.is_string()) {
    const std::string file = given.get<std::string>();
    GLOWPLUG_ASSIGN(const std::string text, read_file(folder / file));
    GLOWPLUG_ASSIGN(labels, labels_in(text, file));
    files.found.push_back(fmt::format("{}: {} class names", file, labels.size()));
  } else {
    GLOWPLUG_ASSIGN(labels, labels_in(given.dump(), "output.labels.json"));
  }
  if (labels.empty()) return invalid_argument("output.labels is empty");
  set_labels(output, labels, signature);
  return {};
}

Result<void> check(const HandlerFiles& files, const Signature& signature) {
  if (handler::is_table(files.spec)) {
    GLOWPLUG_TRY(handler::Table::create(files.spec, signature));
    return {};
  }
  MadeAssets assets(files.assets);
  GLOWPLUG_TRY(handler::Handler::create(files.spec, signature, assets));
  return {};
}

}  // namespace

Result<HandlerFiles> take_handler_files(Json spec, const std::filesystem::path& folder,
                                        Signature& signature) {
  GLOWPLUG_TRY(handler::check_spec(spec));
  HandlerFiles files;
  if (spec.contains("output")) GLOWPLUG_TRY(take_labels(spec["output"], folder, files, signature));
  files.spec = std::move(spec);
  GLOWPLUG_TRY(check(files, signature));
  return files;
}

Result<HandlerFiles> find_handler_files(const std::filesystem::path& /*folder*/,
                                        Signature& /*signature*/) {
  return HandlerFiles{};
}

}  // namespace glowplug::optimize
