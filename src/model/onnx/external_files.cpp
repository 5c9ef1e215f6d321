#include "model/onnx/external_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>
#include <set>

#include "base/file.h"
#include "model/onnx/walk.h"

namespace glowplug::onnx {
namespace {

/// What is wrong with a location, or null.
const char* fault_of(std::string_view location) {
  if (location.empty()) return "no location";
  if (location.front() == '/') return "an absolute location";
  if (location.find('\0') != std::string_view::npos) return "a location with a NUL byte";
  std::size_t start = 0;
  while (start <= location.size()) {
    const std::size_t end = std::min(location.find('/', start), location.size());
    const std::string_view part = location.substr(start, end - start);
    if (part == "..") return "a location with \"..\"";
    if (part.empty() || part == ".") return "a location with an empty or \".\" part";
    start = end + 1;
  }
  return nullptr;
}

Error refuse(const TensorProto& tensor, std::string_view location, const char* fault) {
  return Error{Code::invalid_argument,
               fmt::format("tensor \"{}\" lies in another file with {}: \"{}\"; expected a file in "
                           "the model's folder or below it",
                           tensor.name, fault, location),
               "save the model again with onnx.save_model(..., save_as_external_data=True, "
               "location=\"weights.bin\")"};
}

/// Every folder on the way and the file itself: none may be a link.
Result<void> check_on_disk(const std::filesystem::path& folder, const std::string& location) {
  std::filesystem::path path = folder;
  const std::filesystem::path relative(location);
  struct stat info{};
  for (auto part = relative.begin(); part != relative.end(); ++part) {
    path /= *part;
    if (::lstat(path.c_str(), &info) != 0)
      return system_error("file of weights " + path.string(), errno);
    const bool is_last = std::next(part) == relative.end();
    if (is_last ? S_ISREG(info.st_mode) : S_ISDIR(info.st_mode)) continue;
    return Error{Code::invalid_argument,
                 fmt::format("file of weights {} is {}; expected a regular file without links on "
                             "the way",
                             path.string(), S_ISLNK(info.st_mode) ? "a link" : "a special file"),
                 {}};
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> external_files(const Model& model) {
  std::set<std::string> files;
  std::optional<Error> refused;
  Walk([](const Node&) {},
       [&](const TensorProto& tensor) {
         if (!tensor.external || refused) return;
         const auto found = tensor.external_data.find("location");
         const std::string_view location =
             found == tensor.external_data.end() ? std::string_view() : found->second;
         if (const char* fault = fault_of(location)) {
           refused = refuse(tensor, location, fault);
         } else {
           files.emplace(location);
         }
       })
      .model(model);
  if (refused) return *std::move(refused);
  return std::vector<std::string>(files.begin(), files.end());
}

Result<std::vector<std::string>> external_files_in(const Model& model,
                                                   const std::filesystem::path& folder) {
  GLOWPLUG_ASSIGN(auto files, external_files(model));
  for (const std::string& file : files) GLOWPLUG_TRY(check_on_disk(folder, file));
  return files;
}

}  // namespace glowplug::onnx
