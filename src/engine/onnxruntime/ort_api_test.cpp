#include "engine/onnxruntime/ort_api.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "engine/onnxruntime/element_types.h"

// Debian 13's libonnxruntime-dev has the official header; where it is installed, our table is
// compared with it slot by slot when this file is compiled.
#if __has_include(<onnxruntime/onnxruntime_c_api.h>)
#include <onnxruntime/onnxruntime_c_api.h>
#define GLOWPLUG_OFFICIAL_HEADER 1
#elif __has_include(<onnxruntime_c_api.h>)
#include <onnxruntime_c_api.h>
#define GLOWPLUG_OFFICIAL_HEADER 1
#endif

namespace glowplug::engine::ort {
namespace {

#ifdef GLOWPLUG_OFFICIAL_HEADER
#define GLOWPLUG_SAME_SLOT(ours, theirs) \
  static_assert(offsetof(Api, ours) == offsetof(::OrtApi, theirs), #theirs)
GLOWPLUG_SAME_SLOT(get_error_code, GetErrorCode);
GLOWPLUG_SAME_SLOT(get_error_message, GetErrorMessage);
GLOWPLUG_SAME_SLOT(create_env, CreateEnv);
GLOWPLUG_SAME_SLOT(create_session, CreateSession);
GLOWPLUG_SAME_SLOT(run, Run);
GLOWPLUG_SAME_SLOT(create_session_options, CreateSessionOptions);
GLOWPLUG_SAME_SLOT(set_optimized_model_file_path, SetOptimizedModelFilePath);
GLOWPLUG_SAME_SLOT(disable_mem_pattern, DisableMemPattern);
GLOWPLUG_SAME_SLOT(set_session_log_severity_level, SetSessionLogSeverityLevel);
GLOWPLUG_SAME_SLOT(set_session_graph_optimization_level, SetSessionGraphOptimizationLevel);
GLOWPLUG_SAME_SLOT(set_intra_op_num_threads, SetIntraOpNumThreads);
GLOWPLUG_SAME_SLOT(set_inter_op_num_threads, SetInterOpNumThreads);
GLOWPLUG_SAME_SLOT(session_get_input_count, SessionGetInputCount);
GLOWPLUG_SAME_SLOT(session_get_output_count, SessionGetOutputCount);
GLOWPLUG_SAME_SLOT(session_get_overridable_initializer_count,
                   SessionGetOverridableInitializerCount);
GLOWPLUG_SAME_SLOT(session_get_input_type_info, SessionGetInputTypeInfo);
GLOWPLUG_SAME_SLOT(session_get_output_type_info, SessionGetOutputTypeInfo);
GLOWPLUG_SAME_SLOT(session_get_overridable_initializer_type_info,
                   SessionGetOverridableInitializerTypeInfo);
GLOWPLUG_SAME_SLOT(session_get_input_name, SessionGetInputName);
GLOWPLUG_SAME_SLOT(session_get_output_name, SessionGetOutputName);
GLOWPLUG_SAME_SLOT(session_get_overridable_initializer_name, SessionGetOverridableInitializerName);
GLOWPLUG_SAME_SLOT(create_run_options, CreateRunOptions);
GLOWPLUG_SAME_SLOT(create_tensor, CreateTensorAsOrtValue);
GLOWPLUG_SAME_SLOT(create_tensor_with_data, CreateTensorWithDataAsOrtValue);
GLOWPLUG_SAME_SLOT(get_tensor_mutable_data, GetTensorMutableData);
GLOWPLUG_SAME_SLOT(get_string_tensor_data_length, GetStringTensorDataLength);
GLOWPLUG_SAME_SLOT(get_string_tensor_content, GetStringTensorContent);
GLOWPLUG_SAME_SLOT(cast_type_info_to_tensor_info, CastTypeInfoToTensorInfo);
GLOWPLUG_SAME_SLOT(get_onnx_type_from_type_info, GetOnnxTypeFromTypeInfo);
GLOWPLUG_SAME_SLOT(get_tensor_element_type, GetTensorElementType);
GLOWPLUG_SAME_SLOT(get_dimensions_count, GetDimensionsCount);
GLOWPLUG_SAME_SLOT(get_dimensions, GetDimensions);
GLOWPLUG_SAME_SLOT(get_tensor_type_and_shape, GetTensorTypeAndShape);
GLOWPLUG_SAME_SLOT(create_cpu_memory_info, CreateCpuMemoryInfo);
GLOWPLUG_SAME_SLOT(allocator_free, AllocatorFree);
GLOWPLUG_SAME_SLOT(get_allocator_with_default_options, GetAllocatorWithDefaultOptions);
GLOWPLUG_SAME_SLOT(release_env, ReleaseEnv);
GLOWPLUG_SAME_SLOT(release_status, ReleaseStatus);
GLOWPLUG_SAME_SLOT(release_memory_info, ReleaseMemoryInfo);
GLOWPLUG_SAME_SLOT(release_session, ReleaseSession);
GLOWPLUG_SAME_SLOT(release_value, ReleaseValue);
GLOWPLUG_SAME_SLOT(release_run_options, ReleaseRunOptions);
GLOWPLUG_SAME_SLOT(release_type_info, ReleaseTypeInfo);
GLOWPLUG_SAME_SLOT(release_tensor_info, ReleaseTensorTypeAndShapeInfo);
GLOWPLUG_SAME_SLOT(release_session_options, ReleaseSessionOptions);
GLOWPLUG_SAME_SLOT(add_session_config_entry, AddSessionConfigEntry);
GLOWPLUG_SAME_SLOT(add_initializer, AddInitializer);
GLOWPLUG_SAME_SLOT(register_allocator, RegisterAllocator);
GLOWPLUG_SAME_SLOT(unregister_allocator, UnregisterAllocator);
GLOWPLUG_SAME_SLOT(get_resized_string_tensor_element_buffer, GetResizedStringTensorElementBuffer);
static_assert(offsetof(Allocator, allocate) == offsetof(::OrtAllocator, Alloc));
static_assert(offsetof(Allocator, release) == offsetof(::OrtAllocator, Free));
static_assert(offsetof(Allocator, info) == offsetof(::OrtAllocator, Info));
static_assert(offsetof(Allocator, reserve) == offsetof(::OrtAllocator, Reserve));
static_assert(static_cast<int>(ErrorCode::ep_fail) == ORT_EP_FAIL);
static_assert(static_cast<int>(ElementType::bfloat16) == ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16);
static_assert(static_cast<int>(ElementType::int4) == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4);
static_assert(static_cast<int>(ValueType::optional) == ONNX_TYPE_OPTIONAL);
static_assert(static_cast<int>(LoggingLevel::fatal) == ORT_LOGGING_LEVEL_FATAL);
static_assert(static_cast<int>(OptimizationLevel::all) == ORT_ENABLE_ALL);
#endif

TEST(OrtApi, EveryDatatypeHasAnElementTypeOfItsOwn) {
  for (std::size_t i = 0; i < kDatatypeCount; ++i) {
    const auto datatype = static_cast<Datatype>(i);
    EXPECT_EQ(datatype_of(element_type_of(datatype)), datatype) << glowplug::name_of(datatype);
  }
}

TEST(OrtApi, TypesThatTheProtocolLacksHaveNoDatatype) {
  EXPECT_EQ(datatype_of(ElementType::undefined), std::nullopt);
  EXPECT_EQ(datatype_of(ElementType::complex64), std::nullopt);
  EXPECT_EQ(datatype_of(ElementType::float8_e4m3fn), std::nullopt);
}

TEST(OrtApi, ValueTypesHaveNames) {
  EXPECT_EQ(name_of(ValueType::unknown), "unknown");
  EXPECT_EQ(name_of(ValueType::sequence), "sequence");
  EXPECT_EQ(name_of(ValueType::optional), "optional");
}

}  // namespace
}  // namespace glowplug::engine::ort
