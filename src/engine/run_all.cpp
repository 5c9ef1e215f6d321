#include "engine/run_all.h"

#include <numeric>

#include "engine/tensor_sink.h"

namespace glowplug::engine {

Result<std::vector<Tensor>> run_all(Session& session,
                                    std::span<const std::optional<Tensor>> inputs) {
  return run_all(session, inputs, session.signature().outputs.size());
}

Result<std::vector<Tensor>> run_all(Session& session, std::span<const std::optional<Tensor>> inputs,
                                    std::size_t outputs) {
  std::vector<std::optional<TensorView>> views;
  views.reserve(inputs.size());
  for (const auto& input : inputs)
    views.push_back(input ? std::optional(input->view()) : std::nullopt);
  std::vector<std::size_t> wanted(outputs);
  std::iota(wanted.begin(), wanted.end(), std::size_t{0});
  TensorSink sink(wanted.size());
  GLOWPLUG_TRY(session.run(views, wanted, sink));
  return sink.take();
}

}  // namespace glowplug::engine
