#include "instances/runner.h"

#include <utility>

#include "instances/child_model.h"
#include "model/event.h"

namespace glowplug::instances {
namespace {

std::vector<std::optional<Tensor>> event_tensors(std::span<const Event> events) {
  const auto rows = static_cast<std::int64_t>(events.size());
  std::vector<std::optional<Tensor>> inputs(event_signature().inputs.size(),
                                            Tensor{Datatype::bytes, {rows}, {}});
  for (const Event& event : events) {
    append_bytes_element(inputs[0]->bytes, event.content_type);
    append_bytes_element(inputs[1]->bytes, event.body);
    append_bytes_element(inputs[2]->bytes, event.context);
  }
  return inputs;
}

class ChildRunner final : public Runner {
 public:
  ChildRunner(std::unique_ptr<ChildModel> model, Duration run_timeout, bool has_handler)
      : model_(std::move(model)), run_timeout_(run_timeout), has_handler_(has_handler) {}
  [[nodiscard]] const Signature& signature() const override { return model_->ready().signature; }
  [[nodiscard]] std::string engine_version() const override {
    return model_->ready().engine_version;
  }
  [[nodiscard]] std::string description() const override { return model_->ready().description; }
  [[nodiscard]] Result<std::vector<Tensor>> run(
      std::span<const std::optional<Tensor>> inputs) override {
    return model_->run(RequestKind::tensors, inputs, run_timeout_);
  }
  [[nodiscard]] Result<std::vector<EventAnswer>> answer(std::span<const Event> events) override {
    if (!has_handler_) return Runner::answer(events);
    GLOWPLUG_ASSIGN(const std::vector<Tensor> outputs,
                    model_->run(RequestKind::event, event_tensors(events), run_timeout_));
    return answers_in(outputs);
  }

 private:
  std::unique_ptr<ChildModel> model_;
  Duration run_timeout_;
  bool has_handler_;
};

class ChildRunnerFactory final : public RunnerFactory {
 public:
  explicit ChildRunnerFactory(RunnerOptions options) : options_(std::move(options)) {}

  [[nodiscard]] Result<std::unique_ptr<Runner>> open(const ModelSource& source) override {
    GLOWPLUG_ASSIGN(auto model,
                    ChildModel::load(launch_for(source), options_.ring, options_.load_timeout));
    return std::unique_ptr<Runner>(std::make_unique<ChildRunner>(
        std::move(model), options_.run_timeout, !source.handler.is_null()));
  }

  [[nodiscard]] Result<std::string> prepare(const ModelSource& source,
                                            const std::filesystem::path& into) override {
    TemplateLaunch launch = launch_for(source);
    launch.spec.prepare_only = true;
    launch.spec.prepare_into = std::filesystem::absolute(into);
    GLOWPLUG_ASSIGN(const auto model,
                    ChildModel::load(launch, options_.ring, options_.load_timeout));
    return model->ready().prepared_file;
  }

 private:
  [[nodiscard]] TemplateLaunch launch_for(const ModelSource& source) const {
    const std::filesystem::path model = std::filesystem::absolute(source.model);
    TemplateLaunch launch{options_.handler_program, {}, {}};
    TemplateSpec& spec = launch.spec;
    spec.function = model.stem();
    spec.version = "model";
    spec.bundle =
        source.bundle.empty() ? model.parent_path() : std::filesystem::absolute(source.bundle);
    spec.handler = source.handler;
    spec.signature = source.bundle_signature;
    spec.engine = source.engine;
    spec.engine_library = options_.engine_library;
    spec.model = model;
    spec.prepared = source.prepared;
    spec.threads = options_.threads;
    spec.memory_bytes = options_.memory_bytes;
    spec.run_as = options_.run_as;
    spec.sandbox = options_.sandbox;
    spec.environment = options_.environment;
    spec.warm_up = false;  // the caller chooses the first inputs
    return launch;
  }

  RunnerOptions options_;
};

}  // namespace

std::unique_ptr<RunnerFactory> make_child_runner_factory(RunnerOptions options) {
  return std::make_unique<ChildRunnerFactory>(std::move(options));
}

}  // namespace glowplug::instances
