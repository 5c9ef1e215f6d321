#include "cli/bundle_reference.h"

#include <fmt/format.h>

#include "cli/open_store.h"

namespace glowplug::cli {

Result<NamedBundle> open_named_bundle(const Session& session, std::string_view reference) {
  std::error_code failed;
  if (std::filesystem::is_directory(reference, failed)) {
    GLOWPLUG_ASSIGN(auto bundle, bundle::Bundle::open(reference, bundle::Checks::hashes));
    return NamedBundle{.bundle = std::move(bundle)};
  }
  GLOWPLUG_ASSIGN(const auto store, open_store_if_there(session));
  if (!store || reference.find('/') != std::string_view::npos)
    return Error{Code::not_found, fmt::format("there is no bundle {}", reference),
                 "glowplug export MODEL.onnx"};
  const std::size_t at = reference.find('@');
  const std::string_view version =
      at == std::string_view::npos ? store::kLive : reference.substr(at + 1);
  GLOWPLUG_ASSIGN(const store::Resolved resolved, store->resolve(reference.substr(0, at), version));
  GLOWPLUG_ASSIGN(const store::Lease lease, store->lease(resolved.digest));
  GLOWPLUG_ASSIGN(auto bundle, bundle::Bundle::open(lease.folder(), bundle::Checks::hashes));
  return NamedBundle{std::move(bundle), resolved.function, resolved.version, resolved.settings};
}

}  // namespace glowplug::cli
