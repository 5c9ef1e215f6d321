#include "optimize/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/file.h"
#include "bundle/bundle.h"

namespace glowplug::optimize {
namespace {

Prepared none(std::string note) {
  return {.folder = {}, .note = std::move(note), .differences = {}, .native = {}};
}

bool same_values(const std::vector<TensorSpec>& a, const std::vector<TensorSpec>& b) {
  return std::ranges::equal(a, b, [](const TensorSpec& x, const TensorSpec& y) {
    return x.name == y.name && x.datatype == y.datatype && x.optional == y.optional;
  });
}

/// Runs the samples through the prepared form. Fails when it cannot run one or an answer is too far
/// away; `found` has the figures.
Result<void> compare_samples(Runner& prepared, const PreparedRequest& request,
                             std::vector<OutputDifference>& found) {
  if (request.samples.empty())
    return Error{Code::failed_precondition, "there is no sample to compare its answers on", {}};
  const auto& outputs = request.signature.outputs;
  for (const AnsweredSample& sample : request.samples) {
    GLOWPLUG_ASSIGN(const std::vector<Tensor> answers, prepared.run(sample.inputs));
    merge(found, differences(outputs, sample.answers, answers));
  }
  if (agree(outputs, found)) return {};
  return Error{Code::failed_precondition,
               fmt::format("its answers differ from the portable form's by {:.2g} of their scale",
                           largest_relative(found)),
               {}};
}

/// The form in the folder `from`, checked against the portable one.
Result<bundle::PreparedIndex> check_form(const PreparedRequest& request,
                                         const std::filesystem::path& from,
                                         const std::string& main_file, RunnerFactory& runners,
                                         std::vector<OutputDifference>& found) {
  GLOWPLUG_ASSIGN(const std::unique_ptr<Runner> runner,
                  runners.open({from / main_file, request.target.engine, true}));
  if (!same_values(runner->signature().inputs, request.signature.inputs) ||
      !same_values(runner->signature().outputs, request.signature.outputs))
    return Error{
        Code::failed_precondition, "its signature became " + runner->signature().describe(), {}};
  GLOWPLUG_TRY(compare_samples(*runner, request, found));
  bundle::PreparedIndex index;
  index.target = request.target;
  index.engine_version = runner->engine_version();
  index.digest = request.digest;
  index.main_file = main_file;
  index.samples_compared = request.samples.size();
  index.largest_difference = largest_relative(found);
  return index;
}

Result<AnsweredSample> answer(const bundle::Bundle& bundle, const std::string& name,
                              Runner& portable) {
  GLOWPLUG_ASSIGN(const bundle::Sample sample, bundle.sample(name));
  AnsweredSample answered{name, {}, {}};
  GLOWPLUG_ASSIGN(answered.inputs, bundle::inputs_of(sample, portable.signature()));
  GLOWPLUG_ASSIGN(answered.answers, portable.run(answered.inputs));
  return answered;
}

/// What the samples of a bundle were made with, as far as their shapes show it.
FreeDimensions free_dimensions(const Signature& signature,
                               std::span<const AnsweredSample> samples) {
  FreeDimensions free;
  if (samples.empty()) return free;
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    const auto& input = samples.front().inputs[i];
    const Shape& shape = signature.inputs[i].shape;
    for (std::size_t axis = 1; input && axis < shape.size(); ++axis) {
      if (shape[axis] == -1) free.other = input->shape[axis];
    }
  }
  return free;
}

}  // namespace

Result<Prepared> make_prepared(const PreparedRequest& request, RunnerFactory& runners) {
  GLOWPLUG_ASSIGN(const TemporaryFolder work, TemporaryFolder::create());
  const auto main_file =
      runners.prepare({request.model, request.target.engine, false}, work.path());
  if (!main_file) return none("it could not be made: " + main_file.error().message);
  Prepared prepared;
  auto index = check_form(request, work.path(), *main_file, runners, prepared.differences);
  if (!index) {
    prepared.note = "it was made but is not used: " + index.error().message;
    return prepared;
  }
  GLOWPLUG_ASSIGN(prepared.folder,
                  bundle::put_prepared(request.bundle, *std::move(index), work.path()));
  return prepared;
}

Result<Prepared> prepare_bundle(const std::filesystem::path& folder,
                                const bundle::PreparedTarget& target, RunnerFactory& runners) {
  GLOWPLUG_ASSIGN(const bundle::Bundle bundle,
                  bundle::Bundle::open(folder, bundle::Checks::hashes));
  GLOWPLUG_ASSIGN(const std::unique_ptr<Runner> portable,
                  runners.open({bundle.model_path(), bundle.manifest().engine, false}));
  std::vector<AnsweredSample> samples;
  for (const std::string& name : bundle.sample_names()) {
    auto answered = answer(bundle, name, *portable);
    if (!answered) return none(fmt::format("sample \"{}\": {}", name, answered.error().message));
    samples.push_back(*std::move(answered));
  }
  GLOWPLUG_ASSIGN(NativeForm native,
                  make_native_form({folder, bundle.model_path(), bundle.digest(), samples,
                                    free_dimensions(portable->signature(), samples),
                                    bundle.manifest().signature.max_batch > 0},
                                   *portable));
  GLOWPLUG_ASSIGN(Prepared prepared, make_prepared({folder, bundle.model_path(), bundle.digest(),
                                                    portable->signature(), samples, target},
                                                   runners));
  prepared.native = std::move(native);
  return prepared;
}

}  // namespace glowplug::optimize
