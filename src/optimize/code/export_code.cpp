#include "optimize/code/export_code.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/sha256.h"
#include "base/version.h"
#include "bundle/bundle_writer.h"
#include "bundle/name.h"
#include "engine/code/code.h"
#include "optimize/code/python_packages.h"
#include "optimize/export_records.h"

namespace glowplug::optimize::code {
namespace {

constexpr const char* kFolder = "code";
constexpr const char* kPackages = "packages";
constexpr const char* kLock = "requirements.lock";

std::string_view engine_of(const std::filesystem::path& file) {
  return file.extension() == ".py" ? engine::code::kPython : engine::code::kCpp;
}

bool is_left_out(const std::filesystem::path& path) {
  const std::string name = path.filename();
  return name == "__pycache__" || name == ".git" || path.extension() == ".pyc";
}

Result<void> copy_one_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failed;
  std::filesystem::create_directories(to.parent_path(), failed);
  if (!std::filesystem::copy_file(from, to, failed) || failed)
    return invalid_argument(fmt::format("cannot take {} into the bundle: {}", from.string(),
                                        failed ? failed.message() : "it is there twice"));
  return {};
}

/// A copy of links' targets, without what Python leaves behind.
Result<void> copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failed;
  std::filesystem::recursive_directory_iterator walk(from, failed);
  for (const auto end = std::filesystem::end(walk); !failed && walk != end;
       walk.increment(failed)) {
    if (is_left_out(walk->path())) {
      walk.disable_recursion_pending();
      continue;
    }
    if (!walk->is_regular_file(failed)) continue;
    GLOWPLUG_TRY(copy_one_file(walk->path(), to / walk->path().lexically_relative(from)));
  }
  return failed ? system_error("read " + from.string(), failed.value()) : Result<void>();
}

/// The steps of one export. Everything is put together in a folder of its own first, as code/ will
/// be.
class CodeExport {
 public:
  CodeExport(const CodeRequest& request, RunnerFactory& runners, const std::filesystem::path& work)
      : request_(request), runners_(runners), code_(work / kFolder) {}

  Result<CodeExported> run() {
    GLOWPLUG_TRY(bundle::check_name("bundle name", request_.name));
    exported_.engine = engine_of(request_.handler);
    GLOWPLUG_TRY(copy_one_file(request_.handler, code_ / request_.handler.filename()));
    for (const auto& path : request_.included) GLOWPLUG_TRY(include(path));
    GLOWPLUG_TRY(add_packages());
    if (exported_.engine == engine::code::kPython) {
      GLOWPLUG_TRY(compile_modules(code_, request_.limit));
      remove_own_module();
    }
    GLOWPLUG_TRY(study());
    GLOWPLUG_TRY(write());
    return std::move(exported_);
  }

 private:
  /// The handler's own file is read as it is, so that tracebacks show its lines.
  void remove_own_module() const {
    const auto folder = code_ / "__pycache__";
    const std::string file = request_.handler.stem().string() + ".cpython-311.pyc";
    std::error_code failed;
    std::filesystem::remove(folder / file, failed);
    std::filesystem::remove(folder, failed);  // if it is empty
  }

  /// Keeps its place beside the handler.
  Result<void> include(const std::filesystem::path& path) {
    const auto base = std::filesystem::absolute(request_.handler).lexically_normal().parent_path();
    const auto place = std::filesystem::absolute(path).lexically_normal().lexically_relative(base);
    if (place.empty() || *place.begin() == "..")
      return invalid_argument(fmt::format("{} does not lie beside {} or in a folder there",
                                          path.string(), request_.handler.string()));
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) return copy_folder(path, code_ / place);
    if (!std::filesystem::exists(path, failed))
      return Error{Code::not_found, "there is no file " + path.string(), {}};
    return copy_one_file(path, code_ / place);
  }

  Result<void> add_packages() {
    if (request_.requirements.empty()) return {};
    std::error_code failed;
    const auto packages = code_ / kPackages;
    std::filesystem::create_directories(packages, failed);
    GLOWPLUG_ASSIGN(exported_.lock,
                    install_packages(request_.requirements, packages, request_.limit));
    return write_file_atomically(code_ / kLock, exported_.lock, false);
  }

  /// In a sandboxed process of its own: what the code says of itself.
  Result<void> study() {
    const auto file = code_ / request_.handler.filename();
    ModelSource source{file, exported_.engine, false};
    source.handler = Json::object();  // it answers events
    GLOWPLUG_ASSIGN(const auto runner, runners_.open(source));
    GLOWPLUG_TRY(try_sample(*runner));
    GLOWPLUG_ASSIGN(Json said, parse_json(runner->description()));
    Json code = {{"language", exported_.engine}, {"file", file_in_bundle()}};
    if (said.contains("function")) code["function"] = said["function"];
    Json schema = Json::object();
    for (const char* const key : {"input", "output"}) {
      if (said.contains(key)) schema[key] = said[key];
    }
    code["schema"] = std::move(schema);
    exported_.handler = {{"code", std::move(code)}};
    return {};
  }

  Result<void> try_sample(Runner& runner) {
    if (!request_.sample) return {};
    const std::string context =
        Json{{"request_id", "export"}, {"function", request_.name}, {"version", "0"}}.dump();
    const Event event{request_.sample->content_type, request_.sample->body, context};
    GLOWPLUG_ASSIGN(std::vector<EventAnswer> answers, runner.answer({&event, 1}));
    constexpr int kFirstError = 400;
    if (answers.size() != 1 || answers[0].status >= kFirstError)
      return Error{
          Code::failed_precondition,
          fmt::format("the sample was answered {}: {}", answers.empty() ? 0 : answers[0].status,
                      answers.empty() ? std::string() : answers[0].body),
          {}};
    exported_.answer = std::move(answers[0]);
    return {};
  }

  [[nodiscard]] std::string file_in_bundle() const {
    return fmt::format("{}/{}", kFolder, request_.handler.filename().string());
  }

  Result<void> write() {
    using Existing = bundle::BundleWriter::Existing;
    GLOWPLUG_ASSIGN(auto writer,
                    bundle::BundleWriter::create(
                        request_.output, request_.replace ? Existing::replace : Existing::refuse));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(code_)) {
      if (!entry.is_regular_file()) continue;
      const auto place = kFolder / entry.path().lexically_relative(code_);
      GLOWPLUG_TRY(writer.add_file(place.string(), entry.path()));
    }
    if (request_.sample)
      GLOWPLUG_TRY(writer.add_bytes(bundle::kEventSampleFile,
                                    canonical_json(bundle::to_json(*request_.sample))));
    GLOWPLUG_ASSIGN(bundle::Manifest manifest, make_manifest());
    GLOWPLUG_ASSIGN(exported_.digest, writer.seal(std::move(manifest)));
    if (exported_.answer)
      GLOWPLUG_TRY(bundle::write_record(writer.folder(), exported_.digest, bundle::kEventRecord,
                                        event_record(*exported_.answer)));
    GLOWPLUG_ASSIGN(const bundle::Bundle published, writer.publish());
    exported_.bundle = published.folder();
    return {};
  }

  [[nodiscard]] Result<bundle::Manifest> make_manifest() const {
    bundle::Manifest manifest;
    manifest.name = request_.name;
    manifest.engine = exported_.engine;
    manifest.model = file_in_bundle();
    manifest.signature = engine::code::code_signature();
    manifest.handler = exported_.handler;
    GLOWPLUG_ASSIGN(std::string sha256, sha256_of_file(request_.handler));
    manifest.source = {request_.handler.filename(), std::move(sha256)};
    manifest.producer = fmt::format("glowplug {}", kVersion);
    return manifest;
  }

  const CodeRequest& request_;
  RunnerFactory& runners_;
  std::filesystem::path code_;
  CodeExported exported_;
};

}  // namespace

bool is_code_file(const std::filesystem::path& file) {
  return file.extension() == ".py" || file.extension() == ".so";
}

Result<CodeExported> export_code(const CodeRequest& request, RunnerFactory& runners) {
  GLOWPLUG_ASSIGN(const TemporaryFolder work, TemporaryFolder::create());
  return CodeExport(request, runners, work.path()).run();
}

}  // namespace glowplug::optimize::code
