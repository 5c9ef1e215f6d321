#pragma once
// The part of ONNX Runtime's C interface that we call, in our own words: a table of function
// pointers that the library hands out. The table is append-only, so a slot keeps its number in all
// releases; ort_api_test.cpp compares the numbers with the official header where that is installed.
// Source: include/onnxruntime/core/session/onnxruntime_c_api.h of ONNX Runtime 1.21, API
// version 21.
#include <array>
#include <cstddef>
#include <cstdint>

namespace glowplug::engine::ort {

inline constexpr std::uint32_t kApiVersion = 21;

struct Env;
struct Status;  ///< null: success
struct MemoryInfo;
struct Session;
struct SessionOptions;
struct RunOptions;
struct Value;
struct TypeInfo;
struct TensorInfo;

enum class ErrorCode : int {
  ok,
  fail,
  invalid_argument,
  no_such_file,
  no_model,
  engine_error,
  runtime_exception,
  invalid_protobuf,
  model_loaded,
  not_implemented,
  invalid_graph,
  ep_fail
};

enum class ElementType : int {
  undefined,
  float_,
  uint8,
  int8,
  uint16,
  int16,
  int32,
  int64,
  string,
  bool_,
  float16,
  double_,
  uint32,
  uint64,
  complex64,
  complex128,
  bfloat16,
  float8_e4m3fn,
  float8_e4m3fnuz,
  float8_e5m2,
  float8_e5m2fnuz,
  uint4,
  int4
};

enum class ValueType : int { unknown, tensor, sequence, map, opaque, sparse_tensor, optional };

enum class LoggingLevel : int { verbose, info, warning, error, fatal };
enum class OptimizationLevel : int { none = 0, basic = 1, extended = 2, all = 99 };
inline constexpr int kDeviceAllocator = 0;  // OrtDeviceAllocator
inline constexpr int kMemTypeDefault = 0;   // OrtMemTypeDefault

/// OrtAllocator: a table of functions that the library hands out, or is given.
struct Allocator {
  std::uint32_t version;  ///< the API's; functions that later versions have are not looked for
  void* (*allocate)(Allocator*, std::size_t bytes);
  void (*release)(Allocator*, void* block);
  const MemoryInfo* (*info)(const Allocator*);
  void* (*reserve)(Allocator*, std::size_t bytes);  ///< since 18: of what a session keeps
};

/// Slots that we do not call.
template <std::size_t count>
using Unused = std::array<void (*)(), count>;

/// OrtApi. The comments give the slot numbers.
struct Api {
  Unused<1> unused_0;
  ErrorCode (*get_error_code)(const Status*);       // 1
  const char* (*get_error_message)(const Status*);  // 2
  Status* (*create_env)(LoggingLevel, const char* log_id, Env**);
  Unused<3> unused_4;
  Status* (*create_session)(const Env*, const char* path, const SessionOptions*, Session**);  // 7
  Unused<1> unused_8;
  Status* (*run)(Session*, const RunOptions*, const char* const* input_names,
                 const Value* const* inputs, std::size_t input_count,
                 const char* const* output_names, std::size_t output_count,
                 Value** outputs);                                         // 9
  Status* (*create_session_options)(SessionOptions**);                     // 10
  Status* (*set_optimized_model_file_path)(SessionOptions*, const char*);  // 11
  Unused<5> unused_12;
  Status* (*disable_mem_pattern)(SessionOptions*);  // 17
  Unused<4> unused_18;
  Status* (*set_session_log_severity_level)(SessionOptions*, int);                      // 22
  Status* (*set_session_graph_optimization_level)(SessionOptions*, OptimizationLevel);  // 23
  Status* (*set_intra_op_num_threads)(SessionOptions*, int);                            // 24
  Status* (*set_inter_op_num_threads)(SessionOptions*, int);                            // 25
  Unused<4> unused_26;
  Status* (*session_get_input_count)(const Session*, std::size_t*);                    // 30
  Status* (*session_get_output_count)(const Session*, std::size_t*);                   // 31
  Status* (*session_get_overridable_initializer_count)(const Session*, std::size_t*);  // 32
  Status* (*session_get_input_type_info)(const Session*, std::size_t, TypeInfo**);     // 33
  Status* (*session_get_output_type_info)(const Session*, std::size_t, TypeInfo**);    // 34
  Status* (*session_get_overridable_initializer_type_info)(const Session*, std::size_t,
                                                           TypeInfo**);                 // 35
  Status* (*session_get_input_name)(const Session*, std::size_t, Allocator*, char**);   // 36
  Status* (*session_get_output_name)(const Session*, std::size_t, Allocator*, char**);  // 37
  Status* (*session_get_overridable_initializer_name)(const Session*, std::size_t, Allocator*,
                                                      char**);  // 38
  Status* (*create_run_options)(RunOptions**);                  // 39
  Unused<8> unused_40;
  Status* (*create_tensor)(Allocator*, const std::int64_t* shape, std::size_t rank, ElementType,
                           Value**);  // 48
  Status* (*create_tensor_with_data)(const MemoryInfo*, void* data, std::size_t size_bytes,
                                     const std::int64_t* shape, std::size_t rank, ElementType,
                                     Value**);  // 49
  Unused<1> unused_50;
  Status* (*get_tensor_mutable_data)(Value*, void**);  // 51
  Unused<1> unused_52;
  Status* (*get_string_tensor_data_length)(const Value*, std::size_t*);  // 53
  Status* (*get_string_tensor_content)(const Value*, void* text, std::size_t size,
                                       std::size_t* offsets, std::size_t count);  // 54
  Status* (*cast_type_info_to_tensor_info)(const TypeInfo*, const TensorInfo**);  // 55
  Status* (*get_onnx_type_from_type_info)(const TypeInfo*, ValueType*);           // 56
  Unused<3> unused_57;
  Status* (*get_tensor_element_type)(const TensorInfo*, ElementType*);            // 60
  Status* (*get_dimensions_count)(const TensorInfo*, std::size_t*);               // 61
  Status* (*get_dimensions)(const TensorInfo*, std::int64_t*, std::size_t rank);  // 62
  Unused<2> unused_63;
  Status* (*get_tensor_type_and_shape)(const Value*, TensorInfo**);  // 65
  Unused<3> unused_66;
  Status* (*create_cpu_memory_info)(int allocator_type, int memory_type, MemoryInfo**);  // 69
  Unused<6> unused_70;
  Status* (*allocator_free)(Allocator*, void*);  // 76
  Unused<1> unused_77;
  Status* (*get_allocator_with_default_options)(Allocator**);  // 78
  Unused<13> unused_79;
  void (*release_env)(Env*);                         // 92
  void (*release_status)(Status*);                   // 93
  void (*release_memory_info)(MemoryInfo*);          // 94
  void (*release_session)(Session*);                 // 95
  void (*release_value)(Value*);                     // 96
  void (*release_run_options)(RunOptions*);          // 97
  void (*release_type_info)(TypeInfo*);              // 98
  void (*release_tensor_info)(TensorInfo*);          // 99
  void (*release_session_options)(SessionOptions*);  // 100
  Unused<29> unused_101;
  Status* (*add_session_config_entry)(SessionOptions*, const char* key, const char* value);  // 130
  Unused<19> unused_131;
  Status* (*add_initializer)(SessionOptions*, const char* name, const Value*);  // 150
  Unused<25> unused_151;
  Status* (*register_allocator)(Env*, Allocator*);           // 176
  Status* (*unregister_allocator)(Env*, const MemoryInfo*);  // 177
  Unused<74> unused_178;
  Status* (*get_resized_string_tensor_element_buffer)(Value*, std::size_t index, std::size_t length,
                                                      char** buffer);  // 252
};

/// OrtApiBase: what the one exported function, OrtGetApiBase, returns.
struct ApiBase {
  const Api* (*get_api)(std::uint32_t version);  ///< null: the library is older than `version`
  const char* (*get_version_string)();
};

#define GLOWPLUG_ORT_SLOT(member, number)                               \
  static_assert(offsetof(Api, member) == (number) * sizeof(void (*)()), \
                "slot of " #member " in the table of ONNX Runtime")
GLOWPLUG_ORT_SLOT(get_error_code, 1);
GLOWPLUG_ORT_SLOT(create_env, 3);
GLOWPLUG_ORT_SLOT(create_session, 7);
GLOWPLUG_ORT_SLOT(run, 9);
GLOWPLUG_ORT_SLOT(set_optimized_model_file_path, 11);
GLOWPLUG_ORT_SLOT(disable_mem_pattern, 17);
GLOWPLUG_ORT_SLOT(set_session_log_severity_level, 22);
GLOWPLUG_ORT_SLOT(set_inter_op_num_threads, 25);
GLOWPLUG_ORT_SLOT(session_get_input_count, 30);
GLOWPLUG_ORT_SLOT(create_run_options, 39);
GLOWPLUG_ORT_SLOT(create_tensor, 48);
GLOWPLUG_ORT_SLOT(create_tensor_with_data, 49);
GLOWPLUG_ORT_SLOT(get_tensor_mutable_data, 51);
GLOWPLUG_ORT_SLOT(get_string_tensor_data_length, 53);
GLOWPLUG_ORT_SLOT(get_onnx_type_from_type_info, 56);
GLOWPLUG_ORT_SLOT(get_tensor_element_type, 60);
GLOWPLUG_ORT_SLOT(get_dimensions, 62);
GLOWPLUG_ORT_SLOT(get_tensor_type_and_shape, 65);
GLOWPLUG_ORT_SLOT(create_cpu_memory_info, 69);
GLOWPLUG_ORT_SLOT(allocator_free, 76);
GLOWPLUG_ORT_SLOT(get_allocator_with_default_options, 78);
GLOWPLUG_ORT_SLOT(release_env, 92);
GLOWPLUG_ORT_SLOT(release_session_options, 100);
GLOWPLUG_ORT_SLOT(add_session_config_entry, 130);
GLOWPLUG_ORT_SLOT(add_initializer, 150);
GLOWPLUG_ORT_SLOT(register_allocator, 176);
GLOWPLUG_ORT_SLOT(unregister_allocator, 177);
GLOWPLUG_ORT_SLOT(get_resized_string_tensor_element_buffer, 252);
#undef GLOWPLUG_ORT_SLOT

}  // namespace glowplug::engine::ort
