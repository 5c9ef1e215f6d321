#include "optimize/native_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/file.h"
#include "bundle/bundle.h"
#include "engine/native/native.h"
#include "engine/run_all.h"
#include "model/onnx/onnx_model.h"
#include "optimize/native/compile.h"
#include "optimize/native_inputs.h"

namespace glowplug::optimize {
namespace {

constexpr int kNativeRecordSchema = 1;
/// A slice of the engine is 256 rows: the last number makes two of them.
constexpr std::array<std::int64_t, 4> kRows = {1, 3, 17, 300};
/// Some 100 microseconds. Larger networks are not what the engine's loops are made for.
constexpr double kMostWork = 4e6;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;  ///< of the inputs of one run

std::int64_t rows_of(const Inputs& inputs) {
  for (const auto& input : inputs) {
    if (input && !input->shape.empty()) return input->shape[0];
  }
  return 1;
}

std::size_t bytes_of(const Inputs& inputs) {
  std::size_t bytes = 0;
  for (const auto& input : inputs) bytes += input ? input->bytes.size() : 0;
  return bytes;
}

/// Runs both engines on the same inputs and collects how far apart they are.
class Comparison {
 public:
  Comparison(engine::Session& session, Runner& portable, NativeForm& form)
      : session_(session), portable_(portable), form_(form) {}

  Result<void> compare(const Inputs& inputs) {
    const auto expected = portable_.run(inputs);
    if (!expected && !refuses_inputs(expected.error())) return expected.error();
    const auto got = engine::run_all(session_, inputs);
    if (!expected) {
      if (!got) return {};
      return Error{Code::failed_precondition,
                   "it takes inputs that ONNX Runtime refuses: " + expected.error().message,
                   {}};
    }
    if (!got) return got.error();
    return count(inputs, *expected, *got);
  }
  Result<void> compare(const AnsweredSample& sample) {
    GLOWPLUG_ASSIGN(const std::vector<Tensor> got, engine::run_all(session_, sample.inputs));
    return count(sample.inputs, sample.answers, got);
  }

 private:
  Result<void> count(const Inputs& inputs, std::span<const Tensor> expected,
                     std::span<const Tensor> got) {
    GLOWPLUG_TRY(compare_answers(session_.signature().outputs, expected, got, form_.agreement));
    ++form_.runs_compared;
    form_.rows_compared += static_cast<std::uint64_t>(std::max<std::int64_t>(rows_of(inputs), 1));
    return {};
  }
  engine::Session& session_;
  Runner& portable_;
  NativeForm& form_;
};

/// The whole work on one bundle.
class Attempt {
 public:
  Attempt(const NativeRequest& request, Runner& portable, const onnx::Model& model)
      : request_(request), portable_(portable), model_(model), names_(dimension_names(model)) {}

  Result<NativeForm> run(const std::filesystem::path& work) {
    const std::filesystem::path plan = work / engine::native::kPlanFile;
    GLOWPLUG_TRY(compile(plan));
    GLOWPLUG_ASSIGN(const auto session, engine::native::NativeSession::open(
                                            plan, engine::native::kernels_of_this_cpu()));
    if (session->signature().describe() != portable_.signature().describe())
      return Error{
          Code::failed_precondition, "its signature became " + session->signature().describe(), {}};
    GLOWPLUG_TRY(check_size(*session));
    GLOWPLUG_TRY(compare_all(*session));
    return std::move(form_);
  }

 private:
  Result<void> compile(const std::filesystem::path& plan) {
    if (request_.samples.empty())
      return Error{Code::failed_precondition, "there is no sample to compare its answers on", {}};
    std::vector<Shape> shapes;
    for (const auto& input : request_.samples.front().inputs)
      shapes.push_back(input ? input->shape : Shape());
    GLOWPLUG_ASSIGN(
        const std::vector<std::byte> bytes,
        native::compile({model_, portable_.signature(), shapes, request_.rows_independent}));
    return write_file_atomically(plan, {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                 false);
  }

  Result<void> check_size(engine::native::NativeSession& session) {
    const Inputs& inputs = request_.samples.front().inputs;
    GLOWPLUG_TRY(engine::run_all(session, inputs));
    const double work =
        session.work() / static_cast<double>(std::max<std::int64_t>(rows_of(inputs), 1));
    if (work <= kMostWork) return {};
    return Error{Code::failed_precondition,
                 fmt::format("one row takes {:.1e} multiplications; beyond {:.0e} ONNX Runtime is "
                             "faster",
                             work, kMostWork),
                 {}};
  }

  Result<void> compare_all(engine::Session& session) {
    Comparison comparison(session, portable_, form_);
    for (const AnsweredSample& sample : request_.samples) GLOWPLUG_TRY(comparison.compare(sample));
    const TurningPoints points = turning_points(model_);
    std::uint64_t seed = request_.seed;
    for (const std::int64_t rows : kRows) {
      FreeDimensions free = request_.free;
      free.rows = rows;
      GLOWPLUG_ASSIGN(const Inputs inputs,
                      generate_inputs(portable_.signature(), names_, Values::wide, free, ++seed));
      if (bytes_of(inputs) > kMostBytes) continue;
      GLOWPLUG_TRY(comparison.compare(inputs));
      for (const ProbeKind probe : {ProbeKind::turning, ProbeKind::gaps, ProbeKind::extremes}) {
        if (probe == ProbeKind::gaps && !points.takes_gaps) continue;
        GLOWPLUG_TRY(comparison.compare(probe_inputs(inputs, points, probe, ++seed)));
      }
    }
    return {};
  }

  const NativeRequest& request_;
  Runner& portable_;
  const onnx::Model& model_;
  DimensionNames names_;
  NativeForm form_;
};

bool means_not_compiled(const Error& error) {
  return error.code == Code::unimplemented || error.code == Code::invalid_argument ||
         error.code == Code::failed_precondition || error.code == Code::exhausted ||
         error.code == Code::internal;
}

Result<std::string> put(const NativeRequest& request, const NativeForm& form,
                        const std::filesystem::path& work) {
  bundle::PreparedIndex index;
  index.target = native_target();
  index.engine_version = engine::native::kEngineVersion;
  index.digest = request.digest;
  index.main_file = engine::native::kPlanFile;
  index.samples_compared = form.runs_compared;
  index.largest_difference = form.agreement.largest_difference;
  return bundle::put_prepared(request.bundle, std::move(index), work);
}

}  // namespace

bundle::PreparedTarget native_target() {
  return {std::string(engine::native::kEngineName), std::string(engine::native::kEngineSha256),
          std::string(engine::native::kAnyCpu)};
}

Result<NativeForm> compile_and_compare(const NativeRequest& request, Runner& portable,
                                       const std::filesystem::path& into) {
  GLOWPLUG_ASSIGN(const onnx::ModelFile file, onnx::ModelFile::open(request.model));
  return Attempt(request, portable, file.model()).run(into);
}

Result<NativeForm> make_native_form(const NativeRequest& request, Runner& portable) {
  GLOWPLUG_ASSIGN(const TemporaryFolder work, TemporaryFolder::create());
  NativeForm form;
  auto made = compile_and_compare(request, portable, work.path());
  if (made) {
    form = *std::move(made);
    GLOWPLUG_ASSIGN(form.folder, put(request, form, work.path()));
  } else if (means_not_compiled(made.error())) {
    form.reason = made.error().message;
  } else {
    return std::move(made).error();
  }
  GLOWPLUG_TRY(bundle::write_record(request.bundle, request.digest, "native", native_record(form)));
  return form;
}

Json native_record(const NativeForm& form) {
  Json record = {{"schema", kNativeRecordSchema},
                 {"engine_version", engine::native::kEngineVersion},
                 {"compiled", !form.folder.empty()}};
  if (form.folder.empty()) {
    record["reason"] = form.reason;
    return record;
  }
  record["folder"] = form.folder;
  record["runs_compared"] = form.runs_compared;
  record["rows_compared"] = form.rows_compared;
  record["elements_compared"] = form.agreement.elements;
  record["largest_difference"] = form.agreement.largest_difference;
  record["tolerance"] = kNativeTolerance;
  record["tolerance_reason"] = kNativeToleranceReason;
  record["tied_labels"] = form.agreement.tied_labels;
  return record;
}

}  // namespace glowplug::optimize
