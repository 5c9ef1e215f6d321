#include "engine/onnxruntime/read_signature.h"

#include <fmt/format.h>

#include "engine/onnxruntime/element_types.h"

namespace glowplug::engine::ort {
namespace {

/// One of the three lists of a session: how many, and of each the name and the type.
struct Listing {
  Status* (*count)(const Session*, std::size_t*);
  Status* (*name)(const Session*, std::size_t, Allocator*, char**);
  Status* (*type)(const Session*, std::size_t, TypeInfo**);
  std::string_view what;  ///< "input" or "output"
  bool optional;
};

Result<Datatype> known_datatype(ElementType type) {
  const auto datatype = datatype_of(type);
  if (!datatype)
    return Error{Code::unimplemented,
                 fmt::format("has element type {} of ONNX, which the Open Inference Protocol lacks",
                             static_cast<int>(type)),
                 "cast it to a float or integer type inside the model"};
  return *datatype;
}

Result<void> read_tensor_info(const Library& library, const TensorInfo& info, Datatype& datatype,
                              Shape& shape) {
  const Api& api = library.api();
  ElementType type = ElementType::undefined;
  std::size_t rank = 0;
  GLOWPLUG_TRY(library.check(api.get_tensor_element_type(&info, &type)));
  GLOWPLUG_TRY(library.check(api.get_dimensions_count(&info, &rank)));
  shape.resize(rank);
  GLOWPLUG_TRY(library.check(api.get_dimensions(&info, shape.data(), rank)));
  GLOWPLUG_ASSIGN(datatype, known_datatype(type));
  return {};
}

Error not_a_tensor(ValueType type) {
  const bool zipmap = type == ValueType::sequence || type == ValueType::map;
  return Error{Code::unimplemented, fmt::format("is a {}; only tensors are served", name_of(type)),
               zipmap
                   ? "export the model so that it gives a tensor: with skl2onnx and onnxmltools, "
                     "convert with options={'zipmap': False}"
                   : "export the model so that it takes and gives tensors"};
}

Result<std::string> read_name(const Library& library, const Session& session,
                              const Listing& listing, std::size_t index) {
  const Api& api = library.api();
  Allocator* allocator = nullptr;
  GLOWPLUG_TRY(library.check(api.get_allocator_with_default_options(&allocator)));
  char* text = nullptr;
  GLOWPLUG_TRY(library.check(listing.name(&session, index, allocator, &text)));
  std::string name = text;
  GLOWPLUG_TRY(library.check(api.allocator_free(allocator, text)));
  return name;
}

Result<void> read_type(const Library& library, const Session& session, const Listing& listing,
                       std::size_t index, TensorSpec& spec) {
  const Api& api = library.api();
  GLOWPLUG_ASSIGN(const Handle<TypeInfo> type,
                  make_handle<TypeInfo>(library, api.release_type_info, [&](TypeInfo** out) {
                    return listing.type(&session, index, out);
                  }));
  ValueType value_type = ValueType::unknown;
  GLOWPLUG_TRY(library.check(api.get_onnx_type_from_type_info(type.get(), &value_type)));
  if (value_type != ValueType::tensor) return not_a_tensor(value_type);
  const TensorInfo* info = nullptr;  // owned by `type`
  GLOWPLUG_TRY(library.check(api.cast_type_info_to_tensor_info(type.get(), &info)));
  return read_tensor_info(library, *info, spec.datatype, spec.shape);
}

Result<void> append(const Library& library, const Session& session, const Listing& listing,
                    std::vector<TensorSpec>& to) {
  std::size_t count = 0;
  GLOWPLUG_TRY(library.check(listing.count(&session, &count)));
  for (std::size_t i = 0; i < count; ++i) {
    TensorSpec spec;
    GLOWPLUG_ASSIGN(spec.name, read_name(library, session, listing, i));
    spec.optional = listing.optional;
    auto read = read_type(library, session, listing, i, spec);
    if (!read) return std::move(read).error().in(fmt::format("{} \"{}\"", listing.what, spec.name));
    to.push_back(std::move(spec));
  }
  return {};
}

}  // namespace

Result<Signature> read_signature(const Library& library, const Session& session) {
  const Api& api = library.api();
  const Listing inputs{api.session_get_input_count, api.session_get_input_name,
                       api.session_get_input_type_info, "input", false};
  const Listing defaults{api.session_get_overridable_initializer_count,
                         api.session_get_overridable_initializer_name,
                         api.session_get_overridable_initializer_type_info, "input", true};
  const Listing outputs{api.session_get_output_count, api.session_get_output_name,
                        api.session_get_output_type_info, "output", false};
  Signature signature;
  GLOWPLUG_TRY(append(library, session, inputs, signature.inputs));
  GLOWPLUG_TRY(append(library, session, defaults, signature.inputs));
  GLOWPLUG_TRY(append(library, session, outputs, signature.outputs));
  return signature;
}

Result<void> read_value_shape(const Library& library, const Value& value, ValueShape& into) {
  const Api& api = library.api();
  GLOWPLUG_ASSIGN(const Handle<TensorInfo> info,
                  make_handle<TensorInfo>(library, api.release_tensor_info, [&](TensorInfo** out) {
                    return api.get_tensor_type_and_shape(&value, out);
                  }));
  return read_tensor_info(library, *info, into.datatype, into.shape);
}

}  // namespace glowplug::engine::ort
