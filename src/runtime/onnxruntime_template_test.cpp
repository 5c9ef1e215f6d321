#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "runtime/testing/template_client.h"
#include "runtime/warm_up.h"

namespace glowplug::runtime {
namespace {

/// ONNX Runtime in the sandbox, on the models of tests/models.
class OnnxTemplate : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::exists(GLOWPLUG_TEST_LIBRARY))
        << GLOWPLUG_TEST_LIBRARY << " is missing: run scripts/setup.sh";
    auto store = TemporaryFolder::create("/tmp");
    ASSERT_TRUE(store);
    store_.emplace(*std::move(store));
    auto folder = TemporaryFolder::create(store_->path());
    ASSERT_TRUE(folder);
    folder_.emplace(*std::move(folder));
    std::filesystem::permissions(folder_->path(), std::filesystem::perms(0755));
    std::filesystem::create_directory(folder_->path() / "model");
    copy(std::string(GetParam()) + ".onnx", "model.onnx");
    if (std::string_view(GetParam()) == "external") copy("external.weights", "external.weights");
  }
  void copy(const std::string& from, const std::string& to) {
    const auto target = folder_->path() / "model" / to;
    std::filesystem::copy_file(std::filesystem::path(GLOWPLUG_TEST_MODELS) / from, target);
    std::filesystem::permissions(target, std::filesystem::perms(0644));
  }
  /// As the gateway starts it: as root, instances are somebody else.
  [[nodiscard]] instances::TemplateSpec spec() const {
    instances::TemplateSpec made;
    made.function = GetParam();
    made.version = "1";
    made.bundle = folder_->path();
    made.engine = "onnxruntime";
    made.engine_library = GLOWPLUG_TEST_LIBRARY;
    made.model = folder_->path() / "model" / "model.onnx";
    made.memory_bytes = std::uint64_t{512} << 20;
    made.run_as = ::geteuid() == 0 ? 64001 : 0;
    return made;
  }
  std::optional<TemporaryFolder> store_;  // only its owner may enter it
  std::optional<TemporaryFolder> folder_;
};

/// One request of the signature's zeros, asking for the first output.
void expect_answer(testing::TemplateClient& client, const Signature& signature) {
  const auto inputs = warm_up_inputs(signature, {});
  instances::RingRequest request;
  request.rows = 1;
  for (const auto& input : inputs) {
    request.inputs.emplace_back();
    if (input) request.inputs.back() = {true, input->datatype, input->shape, {input->bytes}};
  }
  request.wanted = {0};
  for (int time = 0; time < 3; ++time) {
    const auto reply = client.ask(0, request, signature.outputs.at(0).datatype);
    ASSERT_TRUE(reply) << "the instance was killed";
    ASSERT_TRUE(reply->outputs) << reply->outputs.error().message;
    EXPECT_GT(reply->timing.run, nanoseconds(0));
  }
}

TEST_P(OnnxTemplate, AnswersFromInsideTheSandbox) {
  testing::TemplateClient client(GLOWPLUG_PROBE_HANDLER);
  const auto ready = client.start_and_wait(spec());
  ASSERT_FALSE(ready.signature.outputs.empty());
  EXPECT_GT(ready.engine_ns, 0);
  EXPECT_GT(ready.model_ns, 0);
  const pid_t pid = client.fork(0);
  expect_answer(client, ready.signature);
  EXPECT_EQ(testing::status_of(pid, "Seccomp"), "2");
  if (::geteuid() == 0) {
    for (const pid_t process : {pid, client.process().pid()}) {
      EXPECT_EQ(testing::status_of(process, "CapEff"), "0000000000000000");
      EXPECT_EQ(testing::status_of(process, "CapPrm"), "0000000000000000");
    }
  }
  EXPECT_EQ(testing::status_of(client.process().pid(), "Threads"), "1");
}

TEST_P(OnnxTemplate, AnswersAfterHavingBeenForkedAhead) {
  testing::TemplateClient client(GLOWPLUG_PROBE_HANDLER);
  auto ahead = spec();
  ahead.fork_ahead = true;
  const auto ready = client.start_and_wait(ahead);
  client.add_slot(0);
  const auto message = client.next();
  ASSERT_TRUE(message && message->type == instances::ControlType::ahead);
  ASSERT_GT(message->pid, 0) << "it was ended at its rehearsal";
  EXPECT_EQ(client.fork(0), message->pid);
  expect_answer(client, ready.signature);
}

TEST_P(OnnxTemplate, WritesAPreparedFormThatServes) {
  const auto into = folder_->path() / "prepared";
  std::filesystem::create_directory(into);
  auto prepare = spec();
  prepare.prepare_only = true;
  prepare.prepare_into = into;
  testing::TemplateClient preparing(GLOWPLUG_PROBE_HANDLER);
  const auto prepared = preparing.start_and_wait(prepare);
  ASSERT_TRUE(preparing.process().wait().success());
  auto serve = spec();
  serve.model = into / prepared.prepared_file;
  serve.prepared = true;
  serve.portable_model = spec().model;
  testing::TemplateClient client(GLOWPLUG_PROBE_HANDLER);
  const auto ready = client.start_and_wait(serve);
  EXPECT_TRUE(ready.used_prepared) << ready.prepared_problem;
  (void)client.fork(0);
  expect_answer(client, ready.signature);
}

INSTANTIATE_TEST_SUITE_P(Models, OnnxTemplate,
                         ::testing::Values("iris", "digits", "species", "slow", "lookup",
                                           "add_subtract", "optional_input", "center", "scalar",
                                           "external", "fixed_rows", "identity_bytes",
                                           "identity_bool", "identity_fp16", "identity_fp64"),
                         [](const auto& model) { return std::string(model.param); });

class BadOnnx : public OnnxTemplate {};

TEST_P(BadOnnx, FailsWithTheLibrarysText) {
  testing::TemplateClient client(GLOWPLUG_PROBE_HANDLER);
  client.start(spec());
  const auto message = client.next();
  ASSERT_TRUE(message && message->type == instances::ControlType::failed);
  const Error error = instances::error_from_json(*parse_json(message->json));
  EXPECT_EQ(error.code, Code::invalid_argument) << error.message;
  EXPECT_FALSE(error.message.empty());
  EXPECT_EQ(client.process().wait().describe(), "exited with code 1");
}

INSTANTIATE_TEST_SUITE_P(Models, BadOnnx, ::testing::Values("truncated", "not_a_model"),
                         [](const auto& model) { return std::string(model.param); });

}  // namespace
}  // namespace glowplug::runtime
