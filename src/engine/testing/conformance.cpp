#include "engine/testing/conformance.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>

#include "base/file.h"
#include "engine/testing/memory_sink.h"
#include "engine/testing/tensors.h"

namespace glowplug::engine::testing {

void EngineConformance::SetUp() {
  auto opened = GetParam().open();
  ASSERT_TRUE(opened) << opened.error().message << "\n" << opened.error().fix;
  engine_ = *std::move(opened);
}

bool EngineConformance::has(Datatype datatype) const {
  const auto& known = can().datatypes;
  return std::find(known.begin(), known.end(), datatype) != known.end();
}

Result<Outputs> run_once(Session& session, const std::vector<std::optional<Tensor>>& inputs,
                         std::vector<std::size_t> wanted) {
  std::vector<std::optional<TensorView>> views;
  for (const auto& input : inputs) {
    views.push_back(input ? std::optional(input->view()) : std::nullopt);
  }
  if (wanted.empty()) {
    wanted.resize(session.signature().outputs.size());
    std::iota(wanted.begin(), wanted.end(), std::size_t{0});
  }
  MemorySink sink;
  GLOWPLUG_TRY(session.run(views, wanted, sink));
  return std::move(sink.outputs);
}

Result<Outputs> EngineConformance::answer(const std::string& fixture,
                                          const std::vector<std::optional<Tensor>>& inputs,
                                          std::vector<std::size_t> wanted) {
  GLOWPLUG_ASSIGN(const auto session, engine().open(model(fixture), {}));
  return run_once(*session, inputs, std::move(wanted));
}

namespace {

void expect_same(const Outputs& got, const Outputs& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (const auto& [index, tensor] : expected) {
    ASSERT_TRUE(got.contains(index)) << "output " << index;
    EXPECT_EQ(got.at(index).datatype, tensor.datatype) << "output " << index;
    EXPECT_EQ(got.at(index).shape, tensor.shape) << "output " << index;
    EXPECT_EQ(got.at(index).bytes, tensor.bytes) << "output " << index;
  }
}

std::string fixture_of(Datatype datatype) {
  std::string name = "identity_";
  for (const char letter : name_of(datatype))
    name += static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
  return name;
}

/// Bytes that differ from each other, so that a wrong width or order shows; 0 and 1 for BOOL.
Tensor counting_tensor(Datatype datatype, const Shape& shape) {
  Tensor tensor{datatype, shape, {}};
  tensor.bytes.resize(*element_count(shape) * element_size(datatype));
  for (std::size_t i = 0; i < tensor.bytes.size(); ++i)
    tensor.bytes[i] = static_cast<std::byte>(datatype == Datatype::bool_ ? i % 2 : i * 7 + 1);
  return tensor;
}

}  // namespace

void expect_as_declared(bool declared, const Result<Outputs>& got, const Outputs& expected) {
  if (!declared) {
    ASSERT_FALSE(got) << "works, but the adapter did not declare it";
    EXPECT_EQ(got.error().code, Code::unimplemented) << got.error().message;
    return;
  }
  ASSERT_TRUE(got) << got.error().message;
  expect_same(*got, expected);
}

TEST_P(EngineConformance, RoundTripsEveryDatatype) {
  for (std::size_t i = 0; i < kDatatypeCount; ++i) {
    const auto datatype = static_cast<Datatype>(i);
    if (datatype == Datatype::bytes) continue;
    SCOPED_TRACE(name_of(datatype));
    const Tensor tensor = counting_tensor(datatype, {2, 3});
    expect_as_declared(has(datatype) && can().dynamic_shapes,
                       answer(fixture_of(datatype), {tensor}), {{0, tensor}});
  }
}

TEST_P(EngineConformance, RoundTripsText) {
  const std::string large(100'000, 'x');
  const std::string_view nul("a\0b\0", 4);
  const Tensor tensor = text({2, 3}, {"", nul, "Größe ☃ 漢字", large, "\xff\xfe", "last"});
  expect_as_declared(has(Datatype::bytes) && can().dynamic_shapes,
                     answer("identity_bytes", {tensor}), {{0, tensor}});
}

TEST_P(EngineConformance, KeepsNanInfinityAndNegativeZero) {
  using Limits = std::numeric_limits<float>;
  const Tensor tensor = fp32({1, 6}, {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(),
                                      -0.0F, Limits::denorm_min(), Limits::max()});
  expect_as_declared(has(Datatype::fp32) && can().dynamic_shapes, answer("identity_fp32", {tensor}),
                     {{0, tensor}});
}

TEST_P(EngineConformance, TakesEveryNonzeroBoolAsTrue) {
  const Tensor tensor{Datatype::bool_, {1, 3}, {std::byte{0}, std::byte{1}, std::byte{255}}};
  const Tensor expected{Datatype::bool_, {1, 3}, {std::byte{0}, std::byte{1}, std::byte{1}}};
  expect_as_declared(has(Datatype::bool_) && can().dynamic_shapes,
                     answer("identity_bool", {tensor}), {{0, expected}});
}

TEST_P(EngineConformance, TakesDynamicDimensions) {
  for (const Shape& shape : {Shape{1, 1}, Shape{7, 1}, Shape{1, 5}, Shape{300, 4}}) {
    SCOPED_TRACE(to_string(shape));
    const Tensor tensor = counting_tensor(Datatype::fp32, shape);
    expect_as_declared(has(Datatype::fp32) && can().dynamic_shapes,
                       answer("identity_fp32", {tensor}), {{0, tensor}});
  }
}

TEST_P(EngineConformance, TakesAFixedShape) {
  expect_as_declared(has(Datatype::fp32), answer("fixed_rows", {fp32({1, 4}, {1, 2, -3, 0.5})}),
                     {{0, fp32({1, 4}, {-1, -2, 3, -0.5})}});
}

TEST_P(EngineConformance, TakesDimensionsOfZero) {
  for (const Shape& shape : {Shape{0, 2}, Shape{3, 0}, Shape{0, 0}}) {
    SCOPED_TRACE(to_string(shape));
    const Tensor numbers{Datatype::fp32, shape, {}};
    expect_as_declared(has(Datatype::fp32) && can().zero_sized, answer("identity_fp32", {numbers}),
                       {{0, numbers}});
    const Tensor texts{Datatype::bytes, shape, {}};
    expect_as_declared(has(Datatype::bytes) && can().zero_sized, answer("identity_bytes", {texts}),
                       {{0, texts}});
  }
}

TEST_P(EngineConformance, TakesScalars) {
  expect_as_declared(has(Datatype::fp32) && can().scalars, answer("scalar", {fp32({}, {1.5})}),
                     {{0, fp32({}, {3})}});
}

TEST_P(EngineConformance, TakesSeveralInputs) {
  expect_as_declared(
      has(Datatype::fp32) && can().several_inputs,
      answer("add_subtract", {fp32({1, 4}, {1, 2, 3, 4}), fp32({1, 4}, {10, 20, 30, 40})}),
      {{0, fp32({1, 4}, {11, 22, 33, 44})}, {1, fp32({1, 4}, {-9, -18, -27, -36})}});
}

TEST_P(EngineConformance, GivesOnlyTheWantedOutputs) {
  expect_as_declared(
      has(Datatype::fp32) && can().several_inputs && can().output_subset,
      answer("add_subtract", {fp32({1, 4}, {1, 2, 3, 4}), fp32({1, 4}, {1, 1, 1, 1})}, {1}),
      {{1, fp32({1, 4}, {0, 1, 2, 3})}});
}

TEST_P(EngineConformance, UsesTheDefaultOfAnInputLeftOut) {
  expect_as_declared(has(Datatype::fp32) && can().optional_inputs,
                     answer("optional_input", {fp32({1, 2}, {1, 2}), std::nullopt}),
                     {{0, fp32({1, 2}, {11, 22})}});
}

TEST_P(EngineConformance, TakesAnOptionalInput) {
  expect_as_declared(has(Datatype::fp32) && can().optional_inputs,
                     answer("optional_input", {fp32({1, 2}, {1, 2}), fp32({2}, {0, -2})}),
                     {{0, fp32({1, 2}, {1, 0})}});
}

TEST_P(EngineConformance, ReadsInputsAtAnyAddress) {
  std::vector<std::byte> memory(1 + 4 * sizeof(float));
  const Tensor tensor = fp32({1, 4}, {1, 2, 3, 4});
  std::copy(tensor.bytes.begin(), tensor.bytes.end(), memory.begin() + 1);
  const auto session = engine().open(model("fixed_rows"), {});
  ASSERT_EQ(session.has_value(), has(Datatype::fp32));
  if (!session) return;
  MemorySink sink;
  const std::vector<std::optional<TensorView>> inputs = {
      TensorView{Datatype::fp32, tensor.shape, std::span(memory).subspan(1)}};
  const std::vector<std::size_t> wanted = {0};
  const auto report = (*session)->run(inputs, wanted, sink);
  ASSERT_TRUE(report) << report.error().message;
  expect_same(sink.outputs, {{0, fp32({1, 4}, {-1, -2, -3, -4})}});
  EXPECT_GE(report->input_ns, 0);
  EXPECT_GT(report->run_ns, 0);
  EXPECT_GE(report->output_ns, 0);
}

TEST_P(EngineConformance, ReportsTheSignature) {
  const auto session = engine().open(model("add_subtract"), {});
  ASSERT_EQ(session.has_value(), has(Datatype::fp32) && can().several_inputs);
  if (!session) return;
  EXPECT_EQ((*session)->signature().describe(),
            "a FP32[-1,4], b FP32[-1,4] -> sum FP32[-1,4], difference FP32[-1,4]");
  EXPECT_EQ((*session)->signature().max_batch, 0);
}

TEST_P(EngineConformance, ReportsAnOptionalInputAsOptional) {
  const auto session = engine().open(model("optional_input"), {});
  ASSERT_EQ(session.has_value(), has(Datatype::fp32) && can().optional_inputs);
  if (!session) return;
  const Signature& signature = (*session)->signature();
  ASSERT_EQ(signature.inputs.size(), 2U);
  EXPECT_FALSE(signature.inputs[0].optional);
  EXPECT_EQ(signature.inputs[1].name, "offset");
  EXPECT_TRUE(signature.inputs[1].optional);
}

TEST_P(EngineConformance, RefusesAFileThatIsNotThere) {
  const auto session = engine().open(model("there_is_no_such_model"), {});
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::not_found);
  EXPECT_NE(session.error().message.find("there_is_no_such_model"), std::string::npos);
}

TEST_P(EngineConformance, RefusesFilesThatAreNoModel) {
  for (const std::string fixture : {"not_a_model", "truncated"}) {
    const auto session = engine().open(model(fixture), {});
    ASSERT_FALSE(session) << fixture;
    EXPECT_EQ(session.error().code, Code::invalid_argument) << session.error().message;
    EXPECT_NE(session.error().message.find(fixture), std::string::npos) << session.error().message;
  }
}

TEST_P(EngineConformance, RefusesSequencesByNameWithAdvice) {
  const auto session = engine().open(model("iris_zipmap"), {});
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::unimplemented);
  EXPECT_NE(session.error().message.find("scores"), std::string::npos) << session.error().message;
  EXPECT_NE(session.error().fix.find("zipmap"), std::string::npos) << session.error().fix;
}

TEST_P(EngineConformance, KeepsTheTextOfAFailedRunAndTheSession) {
  const auto session = engine().open(model("lookup"), {});
  ASSERT_EQ(session.has_value(),
            has(Datatype::fp32) && has(Datatype::int64) && can().dynamic_shapes);
  if (!session) return;
  const auto failed = run_once(**session, {int64({2}, {0, 77})});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::invalid_argument);
  EXPECT_NE(failed.error().message.find("77"), std::string::npos) << failed.error().message;
  const auto worked = run_once(**session, {int64({2}, {0, 2})});
  ASSERT_TRUE(worked) << worked.error().message;
  expect_same(*worked, {{0, fp32({2}, {0.5, 2.5})}});
}

TEST_P(EngineConformance, PassesTheErrorOfTheSink) {
  const auto session = engine().open(model("fixed_rows"), {});
  ASSERT_EQ(session.has_value(), has(Datatype::fp32));
  if (!session) return;
  MemorySink sink;
  sink.failure = Error{Code::too_large, "the reply has no room", {}};
  const Tensor tensor = fp32({1, 4}, {1, 2, 3, 4});
  const std::vector<std::optional<TensorView>> inputs = {tensor.view()};
  const std::vector<std::size_t> wanted = {0};
  const auto report = (*session)->run(inputs, wanted, sink);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::too_large);
  EXPECT_EQ(report.error().message, "the reply has no room");
}

TEST_P(EngineConformance, PreparedFormAnswersLikeThePortableOne) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto file = engine().prepare(model("digits"), folder->path());
  ASSERT_EQ(file.has_value(), can().prepared);
  if (!file) {
    EXPECT_EQ(file.error().code, Code::unimplemented);
    return;
  }
  std::vector<float> pixels(3 * std::size_t{784});
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<float>(i * 37 % 256) / 256;
  const Tensor image = fp32({3, 1, 28, 28}, pixels);
  const auto portable = answer("digits", {image});
  ASSERT_TRUE(portable) << portable.error().message;
  const auto session = engine().open(folder->path() / *file, {.threads = 1, .prepared = true});
  ASSERT_TRUE(session) << session.error().message;
  const auto prepared = run_once(**session, {image});
  ASSERT_TRUE(prepared) << prepared.error().message;
  const auto expected = values_of<float>(portable->at(0));
  const auto got = values_of<float>(prepared->at(0));
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-5) << i;
}

TEST_P(EngineConformance, PreparedFormIsTheSameBytesEachTime) {
  if (!can().prepared) {
    EXPECT_EQ(engine().prepare(model("fixed_rows"), {}).error().code, Code::unimplemented);
    return;
  }
  std::array<std::map<std::string, std::string>, 2> files;
  for (auto& content : files) {
    const auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder);
    ASSERT_TRUE(engine().prepare(model("digits"), folder->path()));
    for (const auto& entry : std::filesystem::directory_iterator(folder->path()))
      content[entry.path().filename()] = *read_file(entry.path());
  }
  EXPECT_FALSE(files[0].empty());
  EXPECT_EQ(files[0], files[1]);
}

}  // namespace glowplug::engine::testing
