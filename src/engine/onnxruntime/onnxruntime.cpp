#include "engine/onnxruntime/onnxruntime.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/sanitizers.h"
#include "engine/onnxruntime/library.h"
#include "engine/onnxruntime/prepared_weights.h"
#include "engine/onnxruntime/session.h"
#include "engine/onnxruntime/session_memory.h"
#include "engine/onnxruntime/session_options.h"

namespace glowplug::engine {
namespace {

using ort::Handle;

// The address sanitizer sees overruns only in memory that came from malloc.
constexpr bool kOwnMemory = GLOWPLUG_ASAN == 0;

Capabilities everything() {
  Capabilities all{.datatypes = {},
                   .dynamic_shapes = true,
                   .zero_sized = true,
                   .optional_inputs = true,
                   .several_inputs = true,
                   .output_subset = true,
                   .scalars = true,
                   .prepared = true};
  for (std::size_t i = 0; i < kDatatypeCount; ++i)
    all.datatypes.push_back(static_cast<Datatype>(i));
  return all;
}

class OnnxRuntimeEngine final : public Engine {
 public:
  OnnxRuntimeEngine(ort::Library library, Handle<ort::Env> env)
      : library_(std::move(library)), env_(std::move(env)) {}
  [[nodiscard]] Result<void> take_memory() {
    if (!kOwnMemory) return {};
    GLOWPLUG_ASSIGN(memory_, ort::SessionMemory::create(library_, *env_));
    return {};
  }

  [[nodiscard]] std::string_view name() const override { return "onnxruntime"; }
  [[nodiscard]] std::string_view version() const override { return library_.version(); }
  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_; }

  [[nodiscard]] Result<std::unique_ptr<Session>> open(const std::filesystem::path& model,
                                                      const OpenOptions& options) override {
    GLOWPLUG_ASSIGN(const auto session_options,
                    ort::serving_options(library_, options, run_memory(model)));
    std::shared_ptr<ort::PreparedWeights> weights;
    if (options.prepared) {
      GLOWPLUG_ASSIGN(weights, take_weights(model, *session_options));
    }
    GLOWPLUG_ASSIGN(auto session, load(model, *session_options));
    if (weights) weights->pages().forget_use();
    auto made = ort::OrtSession::create(library_, std::move(session), std::move(weights));
    if (!made) return std::move(made).error().in(model.filename().string());
    return made;
  }

  [[nodiscard]] Result<std::string> prepare(const std::filesystem::path& model,
                                            const std::filesystem::path& into) override {
    GLOWPLUG_ASSIGN(const auto session_options, ort::preparing_options(library_, into));
    GLOWPLUG_TRY(load(model, *session_options));
    return std::string(ort::kPreparedModel);
  }

  void before_forks() override {
    if (memory_) memory_->renew();
    for (const auto& open : weights_) {
      if (const auto weights = open.lock()) weights->pages().settle(pagemap_);
    }
  }
  void stock_up(std::uint64_t most_bytes) override {
    if (memory_) memory_->fetch(most_bytes);
  }
  void give_stock() override {
    if (memory_) memory_->renew();
  }
  void enter_child() override {
    if (memory_) memory_->fetch_small();
  }

 private:
  /// By the size of its weights, which is that of its runs, roughly.
  [[nodiscard]] ort::RunMemory run_memory(const std::filesystem::path& model) const {
    constexpr std::uintmax_t kLarge = std::uintmax_t{1} << 20;
    if (!memory_) return ort::RunMemory::librarys;
    for (const auto& file : {model, model.parent_path() / ort::kPreparedWeights}) {
      std::error_code none;
      const std::uintmax_t size = std::filesystem::file_size(file, none);
      if (!none && size >= kLarge) return ort::RunMemory::registered_one_by_one;
    }
    return ort::RunMemory::registered;
  }

  /// Adds them to the options. A form that we cannot read the library judges alone.
  Result<std::shared_ptr<ort::PreparedWeights>> take_weights(const std::filesystem::path& model,
                                                             ort::SessionOptions& options) {
    auto opened = ort::PreparedWeights::open(library_, model);
    if (!opened || !*opened) return std::shared_ptr<ort::PreparedWeights>();
    std::shared_ptr<ort::PreparedWeights> weights = *std::move(opened);
    GLOWPLUG_TRY(weights->add_to(library_, options));
    std::erase_if(weights_, [](const auto& open) { return open.expired(); });
    weights_.emplace_back(weights);
    return weights;
  }

  Result<Handle<ort::Session>> load(const std::filesystem::path& model,
                                    const ort::SessionOptions& options) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(model, error))
      return Error{Code::not_found, fmt::format("{}: no such file", model.string()), {}};
    const ort::Api& api = library_.api();
    auto session =
        ort::make_handle<ort::Session>(library_, api.release_session, [&](ort::Session** out) {
          return api.create_session(env_.get(), model.c_str(), &options, out);
        });
    if (!session)
      return std::move(session).error().in("ONNX Runtime refuses " + model.filename().string());
    return session;
  }

  const ort::Library library_;
  const Handle<ort::Env> env_;
  std::unique_ptr<ort::SessionMemory> memory_;
  std::vector<std::weak_ptr<ort::PreparedWeights>> weights_;  // of open sessions
  // Opened while this process still may.
  const UniqueFd pagemap_{::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)};
  const Capabilities capabilities_ = everything();
};

}  // namespace

Result<std::unique_ptr<Engine>> open_onnxruntime(const std::filesystem::path& library_path) {
  GLOWPLUG_ASSIGN(ort::Library library, ort::Library::open(library_path));
  const ort::Api& api = library.api();
  GLOWPLUG_ASSIGN(auto env,
                  ort::make_handle<ort::Env>(library, api.release_env, [&](ort::Env** out) {
                    return api.create_env(ort::LoggingLevel::fatal, "glowplug", out);
                  }));
  auto engine = std::make_unique<OnnxRuntimeEngine>(std::move(library), std::move(env));
  GLOWPLUG_TRY(engine->take_memory());
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace glowplug::engine
