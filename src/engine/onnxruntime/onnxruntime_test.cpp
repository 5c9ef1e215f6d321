#include "engine/onnxruntime/onnxruntime.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "base/file.h"
#include "base/installation.h"
#include "engine/testing/conformance.h"
#include "engine/testing/tensors.h"

namespace glowplug::engine::testing {
namespace {

std::filesystem::path fixture_path(const std::string& fixture) {
  return std::filesystem::path(GLOWPLUG_TEST_MODELS) / (fixture + ".onnx");
}
Result<std::unique_ptr<Engine>> open_engine() { return open_onnxruntime(engine_library_path()); }

INSTANTIATE_TEST_SUITE_P(OnnxRuntime, EngineConformance,
                         ::testing::Values(Adapter{"OnnxRuntime", open_engine, fixture_path}));

int thread_count() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "Threads:") break;
  }
  int threads = 0;
  status >> threads;
  return threads;
}

TEST(OnnxRuntime, DeclaresEverything) {
  const auto engine = open_engine();
  ASSERT_TRUE(engine) << engine.error().message << "\n" << engine.error().fix;
  const Capabilities& can = (*engine)->capabilities();
  EXPECT_EQ(can.datatypes.size(), kDatatypeCount);
  EXPECT_TRUE(can.dynamic_shapes && can.zero_sized && can.optional_inputs && can.several_inputs &&
              can.output_subset && can.scalars && can.prepared);
  EXPECT_EQ((*engine)->name(), "onnxruntime");
  EXPECT_NE((*engine)->version().find('.'), std::string_view::npos);
}

TEST(OnnxRuntime, SaysHowToInstallALibraryThatIsNotThere) {
  const auto engine = open_onnxruntime("/nowhere/libonnxruntime.so");
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, Code::unavailable);
  EXPECT_EQ(engine.error().message,
            "engine not installed: ONNX Runtime: /nowhere/libonnxruntime.so: no such file");
  EXPECT_NE(engine.error().fix.find("scripts/setup.sh"), std::string::npos);
}

TEST(OnnxRuntime, RefusesAFileThatIsNoLibrary) {
  const auto engine = open_onnxruntime(fixture_path("iris"));
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, Code::unavailable);
}

TEST(OnnxRuntime, RefusesALibraryOfSomethingElse) {
  const auto engine = open_onnxruntime("/proc/self/exe");
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, Code::unavailable);
}

TEST(OnnxRuntime, SwitchesTelemetryOff) {
  ASSERT_TRUE(open_engine());
  EXPECT_STREQ(std::getenv("ORT_DISABLE_TELEMETRY"), "1");
}

TEST(OnnxRuntime, StartsNoThread) {
  const int before = thread_count();
  const auto engine = open_engine();
  ASSERT_TRUE(engine);
  const auto session = (*engine)->open(fixture_path("digits"), {});
  ASSERT_TRUE(session) << session.error().message;
  const Tensor image = fp32({1, 1, 28, 28}, std::vector<float>(784, 0.5F));
  ASSERT_TRUE(run_once(**session, {image}));
  EXPECT_EQ(thread_count(), before);
}

/// The bytes of the first output, computed in a forked child.
std::string answer_of_child(Session& session, const Tensor& input) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return "pipe failed";
  const pid_t child = ::fork();
  if (child == 0) {
    const auto got = run_once(session, {input});
    const std::vector<std::byte> bytes = got ? got->at(0).bytes : std::vector<std::byte>{};
    const bool written =
        ::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    ::_exit(got && written ? 0 : 1);
  }
  ::close(ends[1]);
  std::string answer(4096, '\0');
  const ssize_t size = ::read(ends[0], answer.data(), answer.size());
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  answer.resize(size > 0 && status == 0 ? static_cast<std::size_t>(size) : 0);
  return answer;
}

TEST(OnnxRuntime, AnswersInForkedChildrenAsInTheirParent) {
  const auto engine = open_engine();
  ASSERT_TRUE(engine);
  const auto session = (*engine)->open(fixture_path("digits"), {});
  ASSERT_TRUE(session);
  const Tensor image = fp32({1, 1, 28, 28}, std::vector<float>(784, 0.25F));
  const auto expected = run_once(**session, {image});
  ASSERT_TRUE(expected);
  const auto& bytes = expected->at(0).bytes;
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(answer_of_child(**session, image), text);
}

TEST(OnnxRuntime, FindsWeightsBesideTheModel) {
  const auto engine = open_engine();
  ASSERT_TRUE(engine);
  const auto session = (*engine)->open(fixture_path("external"), {});
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_TRUE(run_once(**session, {fp32({1, 8}, std::vector<float>(8, 1))}));
}

TEST(OnnxRuntime, RefusesAModelWhoseWeightsAreMissing) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  std::filesystem::copy_file(fixture_path("external"), folder->path() / "external.onnx");
  const auto engine = open_engine();
  ASSERT_TRUE(engine);
  const auto session = (*engine)->open(folder->path() / "external.onnx", {});
  ASSERT_FALSE(session);
  EXPECT_NE(session.error().message.find("external.weights"), std::string::npos)
      << session.error().message;
}

TEST(OnnxRuntime, PreparedFormKeepsLargeWeightsInAFileOfTheirOwn) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto engine = open_engine();
  ASSERT_TRUE(engine);
  const auto file = (*engine)->prepare(fixture_path("digits"), folder->path());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file, "model.onnx");
  // 16 x 16 x 3 x 3 floats.
  EXPECT_GE(std::filesystem::file_size(folder->path() / "model.weights"), 9216U);
}

TEST(OnnxRuntime, RefusesARunWithTheWrongShapeInItsOwnWords) {
  const auto engine = open_engine();
  ASSERT_TRUE(engine);
  const auto session = (*engine)->open(fixture_path("fixed_rows"), {});
  ASSERT_TRUE(session);
  const auto got = run_once(**session, {fp32({2, 4}, std::vector<float>(8, 1))});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::invalid_argument);
  EXPECT_NE(got.error().message.find("dimensions"), std::string::npos) << got.error().message;
}

TEST(OnnxRuntime, RefusesATextThatIsNotFramed) {
  const auto engine = open_engine();
  ASSERT_TRUE(engine);
  const auto session = (*engine)->open(fixture_path("identity_bytes"), {});
  ASSERT_TRUE(session);
  Tensor broken = text({1, 2}, {"a", "b"});
  broken.bytes.pop_back();
  const auto got = run_once(**session, {broken});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace glowplug::engine::testing
