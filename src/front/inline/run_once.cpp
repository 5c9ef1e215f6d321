#include "front/inline/run_once.h"

#include <numeric>
#include <vector>

#include "front/inline/tensor_sink.h"

namespace glowplug::front {

Result<void> run_once(engine::Session& session, std::span<const std::optional<Tensor>> inputs) {
  std::vector<std::optional<TensorView>> views;
  views.reserve(inputs.size());
  for (const auto& input : inputs)
    views.push_back(input ? std::optional(input->view()) : std::nullopt);
  std::vector<std::size_t> wanted(session.signature().outputs.size());
  std::iota(wanted.begin(), wanted.end(), std::size_t{0});
  TensorSink sink(wanted.size());
  GLOWPLUG_TRY(session.run(views, wanted, sink));
  return {};
}

}  // namespace glowplug::front
