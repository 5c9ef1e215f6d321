#include "cli/declaration/foreign_names.h"

#include <algorithm>
#include <array>

namespace glowplug::cli {
namespace {

constexpr std::array kSettings = {
    ForeignName{"memorySize", "serverless.yml", "memory", ", with a unit"},
    ForeignName{"MemorySize", "SAM", "memory", ", with a unit"},
    ForeignName{"mem", "docker", "memory", ", with a unit"},
    ForeignName{"timeoutSeconds", "Knative", "timeout", ", with a unit"},
    ForeignName{"request_timeout", "Ray Serve", "timeout", ", with a unit"},
    ForeignName{"minReplicas", "KServe", "min_instances", ""},
    ForeignName{"min_replicas", "Ray Serve", "min_instances", ""},
    ForeignName{"minScale", "Knative", "min_instances", ""},
    ForeignName{"min_machines_running", "fly.toml", "min_instances", ""},
    ForeignName{"provisionedConcurrency", "AWS Lambda", "min_instances", ""},
    ForeignName{"scheduledAction", "Application Auto Scaling", "keep_warm", ""},
    ForeignName{"maxReplicas", "KServe", "max_instances", ""},
    ForeignName{"max_replicas", "Ray Serve", "max_instances", ""},
    ForeignName{"maxScale", "Knative", "max_instances", ""},
    ForeignName{"reservedConcurrency", "AWS Lambda", "max_instances", ""},
    ForeignName{"workers", "BentoML", "max_instances", ""},
    ForeignName{"num_workers", "TorchServe", "max_instances", ""},
    ForeignName{"workers_per_device", "LitServe", "max_instances", ""},
    ForeignName{"instance_group", "Triton", "max_instances", ""},
    ForeignName{"containerConcurrency", "Knative", "max_batch",
                ": an instance runs one batch at a time"},
    ForeignName{"max_concurrency", "BentoML", "max_queue", ""},
    ForeignName{"max_ongoing_requests", "Ray Serve", "max_queue", ""},
    ForeignName{"max_queue_size", "Triton", "max_queue", ""},
    ForeignName{"queue_size", "TorchServe", "max_queue", ""},
    ForeignName{"max_batch_size", "Triton", "max_batch", ""},
    ForeignName{"maxBatchSize", "KServe", "max_batch", ""},
    ForeignName{"batch_size", "TorchServe", "max_batch", ""},
    ForeignName{"scale_to_zero_grace_period", "Knative", "idle_timeout", ", with a unit"},
    ForeignName{"scaledown_window", "Modal", "idle_timeout", ", with a unit"},
    ForeignName{"container_idle_timeout", "Modal", "idle_timeout", ", with a unit"},
    ForeignName{"keep_alive", "Ollama", "idle_timeout", ", with a unit"},
    ForeignName{"rest_api_port", "TF Serving", "http_port", ""},
    ForeignName{"rest_port", "OpenVINO Model Server", "http_port", ""},
    ForeignName{"http_address", "Triton", "host", ""},
    ForeignName{"bind", "gunicorn", "host", ""},
    ForeignName{"listen", "nginx", "host", ""},
    ForeignName{"model_repository", "Triton", "home", ""},
    ForeignName{"model_store", "TorchServe", "home", ""},
    ForeignName{"model_name", "TF Serving", "name", ""},
    ForeignName{"service", "serverless.yml", "name", ""},
    ForeignName{"storageUri", "KServe", "source", ""},
    ForeignName{"model_path", "OpenVINO Model Server", "source", ""},
    ForeignName{"weights", "Truss", "source", ""},
    ForeignName{"verbose", "another tool", "log_level", ": debug"},
    ForeignName{"log_verbose", "Triton", "log_level", ": debug"},
    ForeignName{"debug", "another tool", "log_level", ": debug"},
    ForeignName{"out", "another tool", "output", ""},
    ForeignName{"overwrite", "another tool", "force", ""},
    ForeignName{"region", "a cloud", "", "everything runs on this machine"},
    ForeignName{"gpu", "another tool", "", "models run on the CPU"},
    ForeignName{"gpus", "docker", "", "models run on the CPU"},
};

constexpr std::array kVerbs = {
    ForeignName{"run", "docker", "up", ""},
    ForeignName{"start", "another tool", "serve", ""},
    ForeignName{"dev", "wrangler", "up", ""},
    ForeignName{"build", "BentoML", "export", ""},
    ForeignName{"convert", "another tool", "export", ""},
    ForeignName{"import", "another tool", "add", ""},
    ForeignName{"register", "TorchServe", "add", ""},
    ForeignName{"load", "docker", "add", ""},
    ForeignName{"create", "Ollama", "add", ""},
    ForeignName{"ls", "docker", "functions", ""},
    ForeignName{"list", "another tool", "functions", ""},
    ForeignName{"models", "BentoML", "functions", ""},
    ForeignName{"ps", "Ollama", "functions", ""},
    ForeignName{"rm", "docker", "remove", ""},
    ForeignName{"delete", "another tool", "remove", ""},
    ForeignName{"tag", "docker", "alias", ""},
    ForeignName{"promote", "another tool", "alias", ""},
    ForeignName{"show", "Ollama", "inspect", ""},
    ForeignName{"info", "docker", "inspect", ""},
    ForeignName{"describe", "kn", "inspect", ""},
    ForeignName{"get", "kubectl", "inspect", ""},
    ForeignName{"prune", "docker", "clean", ""},
    ForeignName{"gc", "git", "clean", ""},
    ForeignName{"check", "another tool", "doctor", ""},
    ForeignName{"settings", "another tool", "config", ""},
};

std::string plain(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c != '-' && c != '_')
      letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return letters;
}

template <std::size_t N>
std::optional<ForeignName> find(const std::array<ForeignName, N>& table, std::string_view name) {
  const std::string wanted = plain(name);
  const auto found = std::find_if(table.begin(), table.end(), [&wanted](const ForeignName& row) {
    return plain(row.name) == wanted;
  });
  if (found == table.end()) return std::nullopt;
  return *found;
}

}  // namespace

std::optional<ForeignName> foreign_setting(std::string_view name) { return find(kSettings, name); }
std::optional<ForeignName> foreign_verb(std::string_view name) { return find(kVerbs, name); }

}  // namespace glowplug::cli
