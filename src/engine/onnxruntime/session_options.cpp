#include "engine/onnxruntime/session_options.h"

#include <initializer_list>

namespace glowplug::engine::ort {
namespace {

struct Entry {
  const char* key;
  const char* value;
};

Result<void> add(const Library& library, SessionOptions* options,
                 std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries)
    GLOWPLUG_TRY(
        library.check(library.api().add_session_config_entry(options, entry.key, entry.value)));
  return {};
}

/// One thread by default: then the library starts none and the process may fork. Errors come back
/// as statuses, so nothing is printed.
Result<Handle<SessionOptions>> common_options(const Library& library, int threads) {
  const Api& api = library.api();
  GLOWPLUG_ASSIGN(Handle<SessionOptions> options,
                  make_handle<SessionOptions>(library, api.release_session_options,
                                              api.create_session_options));
  GLOWPLUG_TRY(library.check(api.set_intra_op_num_threads(options.get(), threads)));
  GLOWPLUG_TRY(library.check(api.set_inter_op_num_threads(options.get(), 1)));
  GLOWPLUG_TRY(library.check(
      api.set_session_log_severity_level(options.get(), static_cast<int>(LoggingLevel::fatal))));
  GLOWPLUG_TRY(
      add(library, options.get(),
          {{"session.intra_op.allow_spinning", "0"}, {"session.inter_op.allow_spinning", "0"}}));
  return options;
}

}  // namespace

Result<Handle<SessionOptions>> serving_options(const Library& library, const OpenOptions& options,
                                               RunMemory memory) {
  GLOWPLUG_ASSIGN(Handle<SessionOptions> made, common_options(library, options.threads));
  GLOWPLUG_TRY(library.check(library.api().set_session_graph_optimization_level(
      made.get(), options.prepared ? OptimizationLevel::none : OptimizationLevel::all)));
  if (memory == RunMemory::librarys) return made;
  GLOWPLUG_TRY(add(library, made.get(), {{"session.use_env_allocators", "1"}}));
  if (memory == RunMemory::registered_one_by_one)
    GLOWPLUG_TRY(library.check(library.api().disable_mem_pattern(made.get())));
  return made;
}

Result<Handle<SessionOptions>> preparing_options(const Library& library,
                                                 const std::filesystem::path& folder) {
  GLOWPLUG_ASSIGN(Handle<SessionOptions> made, common_options(library, 1));
  const Api& api = library.api();
  GLOWPLUG_TRY(
      library.check(api.set_session_graph_optimization_level(made.get(), OptimizationLevel::all)));
  GLOWPLUG_TRY(library.check(
      api.set_optimized_model_file_path(made.get(), (folder / kPreparedModel).c_str())));
  GLOWPLUG_TRY(add(library, made.get(),
                   {{"session.optimized_model_external_initializers_file_name", kPreparedWeights},
                    {"session.optimized_model_external_initializers_min_size_in_bytes", "1024"}}));
  return made;
}

}  // namespace glowplug::engine::ort
