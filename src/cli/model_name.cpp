#include "cli/model_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "bundle/name.h"

namespace glowplug::cli {
namespace {

char name_letter(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || c == '.' || c == '_' || c == '-' ? c : '-';
}

}  // namespace

Result<std::string> model_name(const std::optional<std::string>& given,
                               const std::filesystem::path& model) {
  std::string name = given.value_or(model.stem().string());
  if (!given) std::transform(name.begin(), name.end(), name.begin(), name_letter);
  if (auto fine = bundle::check_name("name", name); !fine)
    return std::move(fine).error().with_fix("--name NAME");
  return name;
}

Result<void> check_model_file(const std::filesystem::path& model) {
  std::error_code failed;
  const auto status = std::filesystem::status(model, failed);
  if (!std::filesystem::exists(status))
    return Error{Code::not_found, fmt::format("there is no file {}", model.string()), {}};
  if (std::filesystem::is_directory(status))
    return Error{Code::invalid_argument,
                 fmt::format("{} is a folder; an ONNX file was expected", model.string()),
                 {}};
  return {};
}

}  // namespace glowplug::cli
