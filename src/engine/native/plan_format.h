#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The bytes of a plan: a model compiled for the native engine, mapped and used in place. All
/// numbers little-endian; every offset counts from the file's start. In this order:
///
///     Header
///     ValueRecord[value_count]
///     OperationRecord[operation_count]
///     std::uint32_t[operand_count]     value indexes: each operation's inputs, then its outputs
///     std::int64_t[parameter_count]    each operation's parameters; a float as the bits of a
///     double texts                            names and the elements of constant texts constants
///     each at a multiple of 64
///
/// A plan holds no sizes of buffers and no addresses: the engine works them out, and checks each
/// operation against the shapes of its operands before every run with other shapes.
namespace glowplug::engine::native {

inline constexpr std::array<char, 8> kMagic = {'G', 'L', 'O', 'W', 'P', 'L', 'A', 'N'};
/// Goes up with every change of meaning; a plan of another version is refused, and the portable
/// model serves until `export` or `prepare` compiles it again.
inline constexpr std::uint32_t kPlanVersion = 1;
inline constexpr std::size_t kConstantAlignment = 64;
inline constexpr std::size_t kMostDimensions = 8;
inline constexpr std::uint32_t kNone = 0xFFFFFFFF;  ///< no value where one is optional

/// What a value's elements are.
enum class Element : std::uint8_t {
  float32 = 0,
  float64 = 1,
  int64 = 2,
  int32 = 3,
  boolean = 4,  ///< one byte, 0 or 1
  text = 5,     ///< in memory a std::string_view; as a constant a TextSpan
  raw = 6,      ///< bytes that one operation knows: nodes and weights of trees
};
inline constexpr std::uint8_t kElementCount = 7;

enum class Role : std::uint8_t { input = 0, constant = 1, temporary = 2 };

/// Bits of ValueRecord::flags.
inline constexpr std::uint8_t kOptionalInput = 1;  ///< may be left out: `data` is its default

struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t flags;  ///< kRowsIndependent
  std::uint64_t file_size;
  std::uint32_t value_count;
  std::uint32_t operation_count;
  std::uint32_t operand_count;
  std::uint32_t parameter_count;
  std::uint32_t input_count;   ///< the first values are the inputs, in signature order
  std::uint32_t output_count;  ///< the last operands are the outputs, in signature order
  std::uint64_t text_size;
};
static_assert(sizeof(Header) == 56);
/// Row i of every output depends on row i of every input alone.
inline constexpr std::uint32_t kRowsIndependent = 1;

struct ValueRecord {
  Element element;
  Role role;
  std::uint8_t rank;
  std::uint8_t flags;
  std::uint32_t name_offset;  ///< inside the texts; inputs and outputs only
  std::uint32_t name_size;
  std::uint32_t reserved;
  std::uint64_t data_offset;  ///< constants and defaults: of the first element
  /// Of constants; of inputs and outputs as the signature has them, -1 for any.
  std::array<std::int64_t, kMostDimensions> dimensions;
};
static_assert(sizeof(ValueRecord) == 88);

struct OperationRecord {
  std::uint16_t opcode;  ///< Opcode (opcode.h)
  std::uint8_t input_count;
  std::uint8_t output_count;
  std::uint32_t first_operand;
  std::uint32_t first_parameter;
  std::uint32_t parameter_count;
};
static_assert(sizeof(OperationRecord) == 16);

/// One element of a constant text.
struct TextSpan {
  std::uint32_t offset;  ///< inside the texts
  std::uint32_t size;
};
static_assert(sizeof(TextSpan) == 8);

}  // namespace glowplug::engine::native
