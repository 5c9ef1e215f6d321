#include "engine/testing/fake_engine.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "engine/testing/tensors.h"

namespace glowplug::engine::testing {
namespace {

using Compute = std::function<Result<Tensor>(const TensorView&)>;

struct Known {
  Signature signature;
  Compute compute;
};

Tensor copy_of(const TensorView& view) {
  return {view.datatype,
          Shape(view.shape.begin(), view.shape.end()),
          {view.bytes.begin(), view.bytes.end()}};
}

Result<Tensor> negated(const TensorView& x) {
  Tensor y = copy_of(x);
  auto values = values_of<float>(y);
  for (float& value : values) value = -value;
  return fp32(y.shape, values);
}

Result<Tensor> looked_up(const TensorView& index) {
  static constexpr std::array kTable = {0.5F, 1.5F, 2.5F};
  std::vector<float> found;
  for (const std::int64_t i : values_of<std::int64_t>(copy_of(index))) {
    if (i < 0 || i > 2)
      return Error{Code::invalid_argument, "index " + std::to_string(i) + " is not in [0, 2]", {}};
    found.push_back(kTable.at(static_cast<std::size_t>(i)));
  }
  return fp32(Shape(index.shape.begin(), index.shape.end()), found);
}

Signature signature_of(std::string_view input, Datatype takes, std::string_view output,
                       Datatype gives, const Shape& shape) {
  return {{{std::string(input), takes, shape, false, {}}},
          {{std::string(output), gives, shape, false, {}}},
          0};
}

std::optional<Known> known_model(const std::string& name) {
  if (name == "identity_fp32")
    return Known{signature_of("x", Datatype::fp32, "y", Datatype::fp32, {-1, -1}), copy_of};
  if (name == "identity_int64")
    return Known{signature_of("x", Datatype::int64, "y", Datatype::int64, {-1, -1}), copy_of};
  if (name == "fixed_rows")
    return Known{signature_of("x", Datatype::fp32, "y", Datatype::fp32, {1, 4}), negated};
  if (name == "lookup")
    return Known{signature_of("index", Datatype::int64, "found", Datatype::fp32, {-1}), looked_up};
  return std::nullopt;
}

class FakeSession final : public Session {
 public:
  explicit FakeSession(Known model) : model_(std::move(model)) {}
  [[nodiscard]] const Signature& signature() const override { return model_.signature; }
  [[nodiscard]] Result<RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                      std::span<const std::size_t> /*wanted*/,
                                      OutputSink& sink) override {
    GLOWPLUG_CHECK(inputs[0].has_value());
    const TensorView& input = *inputs[0];
    if (input.bytes.empty())
      return Error{Code::unimplemented, "dimensions of 0 are not supported", {}};
    GLOWPLUG_ASSIGN(const Tensor output, model_.compute(input));
    GLOWPLUG_ASSIGN(const auto room,
                    sink.output(0, output.datatype, output.shape, output.bytes.size()));
    std::copy(output.bytes.begin(), output.bytes.end(), room.begin());
    return RunReport{.input_ns = 1, .run_ns = 1, .output_ns = 1};
  }

 private:
  const Known model_;
};

class FakeEngine final : public Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return "fake"; }
  [[nodiscard]] std::string_view version() const override { return "1"; }
  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_; }

  [[nodiscard]] Result<std::unique_ptr<Session>> open(const std::filesystem::path& model,
                                                      const OpenOptions& /*options*/) override {
    const std::string name = model.stem();
    if (!std::filesystem::exists(model))
      return Error{Code::not_found, model.string() + ": no such file", {}};
    if (name == "truncated" || name == "not_a_model")
      return Error{Code::invalid_argument, name + " is no model", {}};
    auto known = known_model(name);
    if (!known)
      return Error{Code::unimplemented, name + " needs more than this engine has (scores)",
                   "export it with zipmap=False"};
    return std::unique_ptr<Session>(std::make_unique<FakeSession>(*std::move(known)));
  }

  [[nodiscard]] Result<std::string> prepare(const std::filesystem::path& /*model*/,
                                            const std::filesystem::path& /*into*/) override {
    return Error{Code::unimplemented, "this engine has no prepared form", {}};
  }

 private:
  const Capabilities capabilities_{.datatypes = {Datatype::fp32, Datatype::int64},
                                   .dynamic_shapes = true,
                                   .zero_sized = false,
                                   .optional_inputs = false,
                                   .several_inputs = false,
                                   .output_subset = false,
                                   .scalars = false,
                                   .prepared = false};
};

}  // namespace

std::unique_ptr<Engine> make_fake_engine() { return std::make_unique<FakeEngine>(); }

}  // namespace glowplug::engine::testing
