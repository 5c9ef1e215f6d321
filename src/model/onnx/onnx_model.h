#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace glowplug::onnx {

/// The parts of onnx.proto (onnx/onnx, IR version 13 and before) that readers here need, with its
/// names. Texts are views into the file's bytes and live as long as they do.

/// TensorProto.DataType, as numbered there.
enum class ElementType : std::int32_t {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  complex64 = 14,
  complex128 = 15,
  bfloat16 = 16,
};

/// TensorProto. Values stay where they are in the file; tensor_values.h reads them.
struct TensorProto {
  std::string_view name;
  ElementType type = ElementType::undefined;
  std::vector<std::int64_t> dims;
  std::span<const std::byte> raw_data;
  std::vector<std::span<const std::byte>> int32_data;  ///< packed varints, in pieces
  std::vector<std::span<const std::byte>> int64_data;
  std::vector<float> float_data;
  std::vector<double> double_data;
  std::vector<std::string_view> string_data;
  bool external = false;                                       ///< the values lie in another file
  std::map<std::string_view, std::string_view> external_data;  ///< "location", "offset", "length"
};

struct Graph;

/// AttributeProto; `type` as AttributeProto.AttributeType numbers it (0 in very old files).
struct Attribute {
  std::string_view name;
  std::int64_t type = 0;
  float f = 0;
  std::int64_t i = 0;
  std::string_view s;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;
  std::vector<std::string_view> strings;
  std::vector<TensorProto> tensors;            ///< `t` and `tensors`; values of sparse ones too
  std::vector<std::unique_ptr<Graph>> graphs;  ///< `g` and `graphs`
};

/// NodeProto.
struct Node {
  std::string_view name;
  std::string_view op_type;
  std::string_view domain;  ///< empty: ai.onnx
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<Attribute> attributes;
  /// Null if there is none.
  [[nodiscard]] const Attribute* attribute(std::string_view name) const;
};

/// One dimension: a number, a symbol ("batch"), or neither.
struct Dimension {
  std::optional<std::int64_t> value;
  std::string_view symbol;
};

/// ValueInfoProto with its TypeProto.
struct ValueInfo {
  enum class Kind : std::uint8_t { none, tensor, sequence, map, opaque, sparse_tensor, optional };
  std::string_view name;
  Kind kind = Kind::none;
  ElementType type = ElementType::undefined;  ///< tensors only
  bool has_shape = false;                     ///< false: rank unknown
  std::vector<Dimension> shape;
};

/// GraphProto.
struct Graph {
  std::string_view name;
  std::vector<Node> nodes;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  std::vector<TensorProto> initializers;  ///< dense, and the values of sparse ones
};

/// FunctionProto: an operator of the model's own.
struct Function {
  std::string_view domain;
  std::string_view name;
  std::vector<Node> nodes;
};

/// ModelProto.
struct Model {
  std::int64_t ir_version = 0;
  std::map<std::string_view, std::int64_t> opset_imports;  ///< domain ("" is ai.onnx) to version
  std::string_view producer_name;
  std::string_view producer_version;
  std::string_view domain;
  std::int64_t model_version = 0;
  std::map<std::string_view, std::string_view> metadata;
  Graph graph;
  std::vector<Function> functions;
};

/// Reads a model in place; `bytes` must outlive it. Bounded: at most 32 graphs inside each other,
/// every count bounded by the bytes that are there.
/// Errors: invalid_argument (not ONNX, with what is wrong and where).
[[nodiscard]] Result<Model> read_model(std::span<const std::byte> bytes);

/// A model with the mapped file that it points into.
class ModelFile {
 public:
  /// Errors: those of MappedFile::open and read_model, with the file's name.
  [[nodiscard]] static Result<ModelFile> open(const std::filesystem::path& path);
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return file_.bytes(); }

 private:
  ModelFile(MappedFile file, Model model) : file_(std::move(file)), model_(std::move(model)) {}
  MappedFile file_;
  Model model_;
};

}  // namespace glowplug::onnx
