#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>

#include "base/child_process.h"
#include "base/file.h"
#include "base/json.h"
#include "bundle/bundle.h"
#include "bundle/bundle_writer.h"
#include "bundle/prepared.h"
#include "front/testing/blocking_client.h"
#include "optimize/native/testing/compiling_engine.h"

namespace glowplug::runtime {
namespace {

using front::testing::BlockingClient;

/// `glowplug-handler BUNDLE --http-port 0`, from its first line to its end.
class Handler {
 public:
  explicit Handler(const std::filesystem::path& bundle,
                   const std::string& library = GLOWPLUG_TEST_LIBRARY) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd output(ends[0]);
    const UniqueFd theirs(ends[1]);
    auto log = open_file("/dev/null", O_WRONLY);
    EXPECT_TRUE(log);
    auto spawned = ChildProcess::spawn({.arguments = {GLOWPLUG_TEST_HANDLER, bundle, "--http-port",
                                                      "0", "--engine-library", library},
                                        .environment = std::nullopt,
                                        .descriptors = {{theirs.get(), 1}, {log->get(), 2}}});
    EXPECT_TRUE(spawned) << spawned.error().message;
    process.emplace(*std::move(spawned));
    std::array<char, 256> line{};
    const ssize_t got = ::read(output.get(), line.data(), line.size());
    const std::string text(line.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    EXPECT_TRUE(text.starts_with("listening http=127.0.0.1:")) << text;
    port = static_cast<std::uint16_t>(std::atoi(text.c_str() + text.rfind(':') + 1));
  }
  std::optional<ChildProcess> process;
  std::uint16_t port = 0;
};

std::filesystem::path iris() {
  return std::filesystem::path(GLOWPLUG_TEST_BUNDLES) / "schema1.glow";
}

constexpr std::string_view kFlower =
    R"({"inputs":[{"name":"features","datatype":"FP32","shape":[1,4],"data":[5.1,3.5,1.4,0.2]}]})";

TEST(ContainerServer, AnswersAsTheGatewayDoes) {
  const Handler handler(iris());
  BlockingClient client(handler.port);
  const auto answer = client.ask("POST", "/v2/models/iris/infer", kFlower);
  EXPECT_EQ(answer.status, 200) << answer.body;
  const auto json = parse_json(answer.body);
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["outputs"][0]["data"], Json::array({"setosa"}));
  EXPECT_NE(answer.header("Server-Timing").find("run;dur="), std::string::npos);
  EXPECT_EQ(client.ask("POST", "/predict/iris", R"({"features":[5.1,3.5,1.4,0.2]})").status, 200);
  EXPECT_EQ(client.ask("GET", "/v2/models/iris/ready").status, 200);
  EXPECT_EQ(client.ask("GET", "/readyz").status, 200);
  EXPECT_NE(client.ask("GET", "/metrics").body.find("glowplug_requests_total"), std::string::npos);
  EXPECT_EQ(client.ask("GET", "/v2/models/other").status, 404);
  EXPECT_EQ(client.ask("POST", "/v2/models/iris/infer", "{").status, 400);
  EXPECT_EQ(client.ask("POST", "/v2/repository/index").body,
            R"([{"name":"iris","version":"1","state":"READY"}])");
  EXPECT_EQ(client.ask("POST", "/v2/repository/models/iris/unload").status, 501);
  EXPECT_EQ(client.ask("POST", "/v2/repository/models/other/load").status, 404);
}

TEST(ContainerServer, AnswersARequestThatHadBegunWhenItWasToldToEnd) {
  Handler handler(iris());
  BlockingClient client(handler.port);
  client.send(
      "POST /v2/models/iris/infer HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"
      "Content-Length: " +
      std::to_string(kFlower.size()) + "\r\n\r\n");
  EXPECT_EQ(client.receive(false).status, 100);
  handler.process->kill(SIGTERM);
  client.send(kFlower);
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(handler.process->wait().describe(), "exited with code 0");
}

TEST(ContainerServer, EndsAtOnceWhenInterrupted) {
  Handler handler(iris());
  BlockingClient idle(handler.port);
  EXPECT_EQ(idle.ask("GET", "/healthz").status, 200);
  handler.process->kill(SIGINT);
  EXPECT_EQ(handler.process->wait().describe(), "exited with code 0");
}

Result<Finished> run_handler_with(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), GLOWPLUG_TEST_HANDLER);
  return run_program(std::move(arguments));
}

TEST(ContainerServer, SaysWhyItCannotServe) {
  const auto nowhere = run_handler_with({"/nowhere.glow"});
  ASSERT_TRUE(nowhere);
  EXPECT_EQ(nowhere->status.number, 1);
  EXPECT_NE(nowhere->errors.find("/nowhere.glow"), std::string::npos) << nowhere->errors;
  const auto no_library =
      run_handler_with({iris(), "--http-port", "0", "--engine-library", "/nowhere.so"});
  ASSERT_TRUE(no_library);
  EXPECT_EQ(no_library->status.number, 1);
  EXPECT_NE(no_library->errors.find("/nowhere.so"), std::string::npos) << no_library->errors;
  const auto wrong = run_handler_with({iris(), "--http-prot", "1"});
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->status.number, 64);
  EXPECT_NE(wrong->errors.find("did you mean --http-port?"), std::string::npos);
  const auto no_descriptors = run_handler_with({"--role", "template", "--control-fd", "30"});
  ASSERT_TRUE(no_descriptors);
  EXPECT_EQ(no_descriptors->status.number, 64);
}

TEST(ContainerServer, RefusesABundleWhoseManifestSpeaksOfAnotherModel) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  auto writer = bundle::BundleWriter::create(folder->path() / "wrong.glow",
                                             bundle::BundleWriter::Existing::refuse);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->add_file("model/model.onnx", iris() / "model" / "model.onnx"));
  bundle::Manifest manifest;
  manifest.name = "wrong";
  manifest.engine = "onnxruntime";
  manifest.model = "model/model.onnx";
  manifest.producer = "test";
  manifest.source = {"iris.onnx", std::string(64, '0')};
  manifest.signature.inputs = {{"features", Datatype::fp32, {-1, 5}, false, {}}};
  manifest.signature.outputs = {{"label", Datatype::bytes, {-1}, false, {}}};
  ASSERT_TRUE(writer->seal(manifest));
  ASSERT_TRUE(writer->publish());
  const auto refused = run_handler_with({folder->path() / "wrong.glow", "--http-port", "0",
                                         "--engine-library", GLOWPLUG_TEST_LIBRARY});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status.number, 1);
  EXPECT_NE(refused->errors.find("the manifest says features FP32[-1,5]"), std::string::npos)
      << refused->errors;
}

/// The iris bundle with a plan of its model in it, in a folder of its own.
std::filesystem::path compiled_iris(const TemporaryFolder& folder) {
  namespace native = engine::native;
  const auto bundle = folder.path() / "iris.glow";
  std::filesystem::copy(iris(), bundle, std::filesystem::copy_options::recursive);
  const auto opened = bundle::Bundle::open(bundle, bundle::Checks::sizes);
  EXPECT_TRUE(opened);
  const auto work = TemporaryFolder::create();
  EXPECT_TRUE(work);
  optimize::native::testing::CompilingEngine compiler;
  const auto plan = compiler.prepare(opened->model_path(), work->path());
  EXPECT_TRUE(plan) << plan.error().message;
  bundle::PreparedIndex index;
  index.target = {std::string(native::kEngineName), std::string(native::kEngineSha256),
                  std::string(native::kAnyCpu)};
  index.engine_version = native::kEngineVersion;
  index.digest = opened->digest();
  index.main_file = *plan;
  EXPECT_TRUE(bundle::put_prepared(bundle, index, work->path()));
  return bundle;
}

TEST(ContainerServer, ServesACompiledModelWithoutALibrary) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const Handler handler(compiled_iris(*folder), "/nowhere.so");
  BlockingClient client(handler.port);
  const auto answer = client.ask("POST", "/v2/models/iris/infer", kFlower);
  EXPECT_EQ(answer.status, 200) << answer.body;
  const auto json = parse_json(answer.body);
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["outputs"][0]["data"], Json::array({"setosa"}));
}

TEST(ContainerServer, PassesOverAPlanThatIsDamaged) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto bundle = compiled_iris(*folder);
  const auto plan = bundle / "prepared" / "native-any" / engine::native::kPlanFile;
  std::filesystem::resize_file(plan, std::filesystem::file_size(plan) - 1);
  const Handler handler(bundle);
  BlockingClient client(handler.port);
  EXPECT_EQ(client.ask("POST", "/v2/models/iris/infer", kFlower).status, 200);
}

TEST(ContainerServer, SaysWhyItCannotServeNatively) {
  const auto refused = run_handler_with({iris(), "--http-port", "0", "--engine", "native"});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status.number, 1);
  EXPECT_NE(refused->errors.find("the model is not compiled for the native engine: "),
            std::string::npos)
      << refused->errors;
}

}  // namespace
}  // namespace glowplug::runtime
