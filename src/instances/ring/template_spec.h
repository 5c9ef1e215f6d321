#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/signature.h"

namespace glowplug::instances {

/// What a template is told to do: the JSON of the `start` message. The program is started as
/// `glowplug-handler --role template --control-fd 3`, with 4 = the ringing end of the gateway's
/// doorbell (doorbell.h), which instances inherit.
struct TemplateSpec {
  std::string function;  ///< for logs and the process title
  std::string version;
  std::string bundle;          ///< the bundle's folder (absolute)
  std::string engine;          ///< "onnxruntime"
  std::string engine_library;  ///< path of the engine's shared library, opened before privileges
                               ///< are dropped
  std::string model;           ///< main model file (absolute), the portable or the prepared form
  bool prepared = false;
  std::string portable_model;  ///< used, with a logged reason, when the prepared one does not load;
                               ///< may be empty
  bool prepare_only = false;   ///< do not serve: write the prepared form of `model` into
                               ///< `prepare_into`, answer ready, end
  std::string prepare_into;    ///< folder that exists
  int threads = 1;
  std::uint64_t memory_bytes = 0;  ///< RLIMIT_DATA of template and instances; 0: no limit
  std::uint32_t run_as = 0;        ///< user and group to become when started as root; 0: stay
  bool sandbox = true;             ///< seccomp, landlock, no-new-privileges in instances
  Json handler;                    ///< of the manifest, for events; null: none come
  Json signature;  ///< of the bundle, with max_batch and labels, for the handler; else null
  /// Environment of code of the user's own, which sees nothing else; secrets among it.
  std::map<std::string, std::string> environment{};
  /// Keeps one child forked ahead while it has no instance, so that a wake does not wait for it.
  bool fork_ahead = false;
  bool warm_up = true;  ///< run once before ready, on zeros shaped by the signature or on the
                        ///< bundle's first sample
};
[[nodiscard]] Json to_json(const TemplateSpec& spec);
/// Errors: invalid_argument naming the key that is missing, unknown or of another type.
[[nodiscard]] Result<TemplateSpec> template_spec_from_json(const Json& json);

/// The JSON of the `ready` message.
struct TemplateReady {
  Signature signature;             ///< as the engine reports it
  std::uint64_t memory_bytes = 0;  ///< resident set of the template
  std::int64_t began_ns = 0;       ///< when it had its start message, on the monotonic clock
  std::int64_t told_ns = 0;        ///< when it was about to say that it is ready, likewise
  std::int64_t engine_ns = 0;      ///< opening the library
  std::int64_t confine_ns = 0;     ///< giving up its rights, and making the instances' sandbox
  std::int64_t model_ns = 0;       ///< opening the model
  std::int64_t warm_up_ns = 0;     ///< the first run
  std::string engine_version;
  std::string description;    ///< what code of the user's own says of itself
  std::string prepared_file;  ///< after prepare_only: the main file's name
  bool used_prepared = false;
  std::string prepared_problem;      ///< why the portable form serves although a prepared one was
                                     ///< named; else empty
  std::vector<std::string> missing;  ///< facilities that are not here ("seccomp", "landlock", "huge
                                     ///< pages"), said once in the gateway's log
};
[[nodiscard]] Json to_json(const TemplateReady& ready);
/// The gateway does not trust it: a template has parsed a model. Errors as above.
[[nodiscard]] Result<TemplateReady> template_ready_from_json(const Json& json);

/// The JSON of the `failed` message. Text that is not ours to trust: codes outside the table read
/// as internal.
[[nodiscard]] Json to_json(const Error& error);
[[nodiscard]] Error error_from_json(const Json& json);

}  // namespace glowplug::instances
