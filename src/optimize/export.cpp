#include "optimize/export.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/sha256.h"
#include "base/version.h"
#include "bundle/bundle_writer.h"
#include "bundle/name.h"
#include "model/onnx/external_files.h"
#include "model/onnx/onnx_model.h"
#include "model/onnx/signature.h"
#include "optimize/export_records.h"
#include "optimize/phase_clock.h"
#include "optimize/prepare.h"
#include "optimize/sample_event.h"
#include "optimize/samples.h"

namespace glowplug::optimize {
namespace {

constexpr int kFirstErrorStatus = 400;
constexpr std::string_view kModelFile = "model/model.onnx";

/// What the file itself says.
struct ModelFacts {
  Signature signature;  // with labels
  DimensionNames names;
  std::vector<std::string> external_files;
  std::string sha256;
};

Result<ModelFacts> read_facts(const std::filesystem::path& path) {
  GLOWPLUG_ASSIGN(const onnx::ModelFile file, onnx::ModelFile::open(path));
  ModelFacts facts;
  auto signature = onnx::signature_of_onnx(file.model());
  if (!signature) return std::move(signature).error().in(path.filename().string());
  facts.signature = *std::move(signature);
  facts.names = dimension_names(file.model());
  GLOWPLUG_ASSIGN(
      facts.external_files,
      onnx::external_files_in(file.model(), std::filesystem::absolute(path).parent_path()));
  GLOWPLUG_ASSIGN(facts.sha256, sha256_of_file(path));
  return facts;
}

/// The engine's signature with the labels that the file names; an engine knows none.
Signature with_labels(Signature signature, const Signature& in_file) {
  for (TensorSpec& output : signature.outputs) {
    if (const auto index = in_file.output_named(output.name))
      output.labels = in_file.outputs[*index].labels;
  }
  return signature;
}

/// The steps of one export, in order.
class Export {
 public:
  Export(const ExportRequest& request, RunnerFactory& runners, const PhaseObserver& observer)
      : request_(request), runners_(runners), clock_(observer) {}

  Result<Exported> run() {
    GLOWPLUG_TRY(bundle::check_name("bundle name", request_.name));
    GLOWPLUG_ASSIGN(facts_, clock_.run("read", [&] { return read_facts(request_.model); }));
    using Existing = bundle::BundleWriter::Existing;
    GLOWPLUG_ASSIGN(auto writer,
                    bundle::BundleWriter::create(
                        request_.output, request_.replace ? Existing::replace : Existing::refuse));
    GLOWPLUG_TRY(copy_model(writer));
    model_ = writer.folder() / kModelFile;
    GLOWPLUG_TRY(clock_.run("load", [&] { return load(); }));
    GLOWPLUG_TRY(clock_.run("handler", [&] { return take_handler(writer); }));
    GLOWPLUG_TRY(clock_.run("samples", [&] { return add_samples(writer); }));
    GLOWPLUG_TRY(clock_.run("batching", [&] { return find_batching(); }));
    GLOWPLUG_TRY(clock_.run("event", [&] { return add_event(writer); }));
    GLOWPLUG_ASSIGN(exported_.digest, writer.seal(manifest()));
    GLOWPLUG_TRY(clock_.run("native", [&] { return compile(writer); }));
    runner_.reset();  // its process holds the model's memory
    GLOWPLUG_TRY(clock_.run("prepare", [&] { return prepare(writer); }));
    GLOWPLUG_TRY(clock_.run("write", [&] { return write(writer); }));
    exported_.phases = clock_.take();
    return std::move(exported_);
  }

 private:
  Result<void> copy_model(bundle::BundleWriter& writer) {
    GLOWPLUG_TRY(writer.add_file(kModelFile, request_.model));
    const auto folder = std::filesystem::absolute(request_.model).parent_path();
    for (const std::string& file : facts_.external_files)
      GLOWPLUG_TRY(writer.add_file("model/" + file, folder / file));
    return {};
  }

  Result<void> load() {
    GLOWPLUG_ASSIGN(runner_, runners_.open({model_, request_.target.engine, false}));
    exported_.signature = with_labels(runner_->signature(), facts_.signature);
    return {};
  }

  Result<void> take_handler(bundle::BundleWriter& writer) {
    const auto beside = std::filesystem::absolute(request_.model).parent_path();
    GLOWPLUG_ASSIGN(exported_.handler, handler_files(request_.handler, request_.handler_folder,
                                                     beside, exported_.signature));
    for (const auto& [name, content] : exported_.handler.assets)
      GLOWPLUG_TRY(writer.add_bytes("assets/" + name, content));
    return {};
  }

  Result<void> add_samples(bundle::BundleWriter& writer) {
    GLOWPLUG_ASSIGN(samples_, make_samples(*runner_, facts_.names, request_.seed));
    exported_.samples_note = samples_.note;
    for (const AnsweredSample& sample : samples_.samples) {
      GLOWPLUG_TRY(writer.add_sample(sample.name, to_sample(sample, exported_.signature)));
      exported_.samples.push_back(sample.name);
    }
    if (samples_.samples.empty()) exported_.unverified.push_back("no sample ran: " + samples_.note);
    return {};
  }

  /// Rows share runs only where samples vouch for it.
  Result<void> find_batching() {
    if (samples_.samples.empty() || samples_.rows_refused) {
      exported_.batching.reason =
          samples_.samples.empty() ? "no sample ran" : "the sample with several rows did not run";
      return {};
    }
    GLOWPLUG_ASSIGN(exported_.batching, probe_batching(*runner_, facts_.names, samples_.free,
                                                       request_.seed, request_.batch));
    exported_.signature.max_batch = exported_.batching.max_batch;
    return {};
  }

  /// A sample for the handler, with its answer; one that the user gave has to be answered.
  Result<void> add_event(bundle::BundleWriter& writer) {
    const HandlerFiles& handler = exported_.handler;
    const bool given = handler.sample.has_value();
    const auto sample = given ? handler.sample : make_sample_event(handler.spec);
    if (!sample) return {};
    ModelSource source{model_, request_.target.engine, false};
    source.handler = handler.spec;
    source.bundle_signature = to_json(exported_.signature);
    source.bundle = writer.folder();
    GLOWPLUG_ASSIGN(const auto runner, runners_.open(source));
    const Event event{sample->content_type, sample->body, {}};
    auto answers = runner->answer({&event, 1});
    if (answers && answers->size() == 1) event_answer_ = answers->front();
    const bool answered = answers && event_answer_.status < kFirstErrorStatus;
    if (!answered && given)
      return answers ? invalid_argument("handler.sample is refused: " + event_answer_.body)
                     : std::move(answers).error().in("handler.sample");
    if (!answered) return {};
    has_event_ = true;
    return writer.add_bytes(bundle::kEventSampleFile, canonical_json(to_json(*sample)));
  }

  [[nodiscard]] bundle::Manifest manifest() const {
    bundle::Manifest manifest;
    manifest.name = request_.name;
    manifest.engine = request_.target.engine;
    manifest.model = kModelFile;
    manifest.signature = exported_.signature;
    manifest.source = {request_.model.filename(), facts_.sha256};
    manifest.handler = exported_.handler.spec;
    manifest.producer = fmt::format("glowplug {}", kVersion);
    return manifest;
  }

  Result<void> compile(const bundle::BundleWriter& writer) {
    GLOWPLUG_ASSIGN(
        exported_.native,
        make_native_form({writer.folder(), model_, exported_.digest, samples_.samples,
                          samples_.free, exported_.batching.max_batch > 0, request_.seed},
                         *runner_));
    return {};
  }

  Result<void> prepare(const bundle::BundleWriter& writer) {
    GLOWPLUG_ASSIGN(Prepared prepared,
                    make_prepared({writer.folder(), model_, exported_.digest, exported_.signature,
                                   samples_.samples, request_.target},
                                  runners_));
    exported_.prepared = std::move(prepared.folder);
    exported_.prepared_note = std::move(prepared.note);
    exported_.differences = std::move(prepared.differences);
    return {};
  }

  Result<void> write(bundle::BundleWriter& writer) {
    GLOWPLUG_TRY(bundle::write_record(writer.folder(), exported_.digest, "export",
                                      export_record(request_, exported_)));
    GLOWPLUG_TRY(bundle::write_record(
        writer.folder(), exported_.digest, "answers",
        answers_record(request_.target, exported_.signature, samples_.samples)));
    if (has_event_)
      GLOWPLUG_TRY(bundle::write_record(writer.folder(), exported_.digest, bundle::kEventRecord,
                                        event_record(event_answer_)));
    GLOWPLUG_ASSIGN(const bundle::Bundle published, writer.publish());
    exported_.bundle = published.folder();
    return {};
  }

  const ExportRequest& request_;
  RunnerFactory& runners_;
  PhaseClock clock_;
  ModelFacts facts_;
  std::filesystem::path model_;  // the copy in the bundle being built
  std::unique_ptr<Runner> runner_;
  SampleSet samples_;
  bool has_event_ = false;
  EventAnswer event_answer_;
  Exported exported_;
};

}  // namespace

Result<Exported> export_model(const ExportRequest& request, RunnerFactory& runners,
                              const PhaseObserver& observer) {
  return Export(request, runners, observer).run();
}

}  // namespace glowplug::optimize
