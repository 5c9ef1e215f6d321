// Bare calls of an engine on one core, without a server: engine-floor BUNDLE SECONDS prints "ENGINE
// CALLS_PER_SECOND CPU_US" a line. Runs the bundle's first sample as one row, as `glowplug-handler`
// would load it.
#include <fmt/format.h>
#include <sched.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "base/installation.h"
#include "bundle/bundle.h"
#include "runtime/container_model.h"
#include "runtime/open_engine.h"
#include "runtime/warm_up.h"

namespace {

using namespace glowplug;

/// Takes the outputs into memory that is kept between runs.
class Scratch final : public engine::OutputSink {
 public:
  Result<std::span<std::byte>> output(std::size_t index, Datatype /*datatype*/,
                                      std::span<const std::int64_t> /*shape*/,
                                      std::size_t size_bytes) override {
    if (buffers_.size() <= index) buffers_.resize(index + 1);
    if (buffers_[index].size() < size_bytes) buffers_[index].resize(size_bytes);
    return std::span(buffers_[index]).first(size_bytes);
  }

 private:
  std::vector<std::vector<std::byte>> buffers_;
};

/// One row of the bundle's first sample, or of zeros.
std::vector<std::optional<TensorView>> one_row(const std::vector<std::optional<Tensor>>& inputs) {
  std::vector<std::optional<TensorView>> views;
  views.reserve(inputs.size());
  for (const auto& input : inputs)
    views.push_back(input ? std::optional(input->view()) : std::nullopt);
  return views;
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Result<void> measure(const runtime::ContainerModel& model, const std::filesystem::path& folder,
                     double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto inputs = runtime::warm_up_inputs(model.session->signature(), folder);
  const auto views = one_row(inputs);
  const std::vector<std::size_t> wanted{model.session->signature().outputs.size() - 1};
  Scratch scratch;
  const auto begin = Clock::now();
  const double cpu = cpu_seconds();
  std::uint64_t calls = 0;
  double elapsed = 0;
  while (elapsed < seconds) {
    GLOWPLUG_TRY(model.session->run(views, wanted, scratch));
    ++calls;
    elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  const auto count = static_cast<double>(calls);
  fmt::print("{} {:.1f} {:.3f}\n", model.engine->name(), count / elapsed,
             (cpu_seconds() - cpu) / count * 1e6);
  return {};
}

Result<void> run(const std::filesystem::path& folder, double seconds) {
  Log log = Log::none();
  GLOWPLUG_ASSIGN(const auto model,
                  runtime::load_container_model(folder, {}, runtime::open_engine, log));
  return measure(model, folder, seconds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  ::sched_setaffinity(0, sizeof first, &first);
  if (const auto done = run(argv[1], std::atof(argv[2])); !done) {
    fmt::print(stderr, "{}\n", done.error().message);
    return 1;
  }
  return 0;
}
