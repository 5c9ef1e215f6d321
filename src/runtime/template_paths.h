#pragma once
#include <filesystem>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "instances/ring/template_spec.h"

namespace glowplug::runtime {

/// How a template reaches its files after it has become a user that may not pass the folders above
/// them: the bundle is its current folder, and the folder it prepares into is held open.
struct TemplatePaths {
  std::filesystem::path model;
  std::filesystem::path portable_model;  ///< empty if there is none
  std::filesystem::path prepare_into;    ///< empty unless prepare_only
  UniqueFd prepare_folder;               ///< behind `prepare_into`
};

/// Enters the bundle's folder (the model's, if the spec names no bundle). `run_as` becomes the
/// owner of the folder to prepare into. Errors: not_found, permission_denied, naming the folder.
[[nodiscard]] Result<TemplatePaths> enter_bundle(const instances::TemplateSpec& spec);

/// As root, before becoming another user: shows the current folder, the bundle, at a path that
/// every user may pass, in a mount namespace of this process alone, and makes it the current folder
/// there. ONNX Runtime turns the folder of external weights, and so of a prepared form, into an
/// absolute path; under a private folder (/root, a store of mode 0700) it would refuse them. Where
/// this cannot be done (a chroot, a container without CAP_SYS_ADMIN) all stays as it was: false.
[[nodiscard]] bool bring_bundle_within_reach();

/// Errors: not_found or permission_denied, with what to do, unless this process may read the file.
[[nodiscard]] Result<void> check_readable(const std::filesystem::path& file);

}  // namespace glowplug::runtime
