// Categories to numbers and back: OneHotEncoder, LabelEncoder (ai.onnx.ml).
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "engine/native/operation.h"

namespace glowplug::engine::native {
namespace {

constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);

/// Place of `x` among ascending keys.
template <class T>
std::size_t find(std::span<const T> keys, const T& x) {
  const auto at = std::lower_bound(keys.begin(), keys.end(), x);
  return at != keys.end() && *at == x ? static_cast<std::size_t>(at - keys.begin()) : kUnknown;
}

/// Calls `each(element, place of its key)` for the elements of `x`, which has the keys' type.
template <class Each>
Result<void> look_up(const Operand& keys, const Operand& x, Each each) {
  const auto all = [&]<class T>(std::span<const T> known) -> Result<void> {
    for (std::size_t i = 0; i < x.count; ++i) GLOWPLUG_TRY(each(i, find(known, x.values<T>()[i])));
    return {};
  };
  switch (keys.element) {
    case Element::text:
      return all(keys.values<std::string_view>());
    case Element::int64:
      return all(keys.values<std::int64_t>());
    default:
      return all(keys.values<float>());
  }
}

Result<void> check_keys(const Operand& keys) {
  const bool known = keys.element == Element::text || keys.element == Element::int64 ||
                     keys.element == Element::float32;
  if (keys.constant && keys.rank == 1 && known) return {};
  return invalid_argument("keys are " + describe(keys));
}

/// inputs: x, categories (ascending constant, text or INT64), column of each (INT64); parameter: 1
/// to give zeros for another value. output FP32 [x's shape, categories].
class OneHot final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    GLOWPLUG_TRY(check_keys(in(1)));
    GLOWPLUG_TRY(need_constant(2, Element::int64, 1));
    const auto columns = in(2).values<std::int64_t>();
    const bool sound =
        columns.size() == in(1).count && std::ranges::all_of(columns, [&](std::int64_t column) {
          return column >= 0 && column < static_cast<std::int64_t>(columns.size());
        });
    return sound ? Result<void>() : invalid_argument("columns do not belong to the categories");
  }
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, in(1).element));
    if (in(0).rank == kMostDimensions) return invalid_argument("too many dimensions");
    Shape8 shape{in(0).dimensions, in(0).rank};
    shape.dimensions[shape.rank++] = static_cast<std::int64_t>(in(1).count);
    return out().set(Element::float32, shape.view());
  }
  Result<void> run() override {
    const std::size_t width = in(1).count;
    float* const to = out().room<float>().data();
    std::memset(to, 0, out().size_bytes());
    return look_up(in(1), in(0), [&](std::size_t i, std::size_t place) -> Result<void> {
      if (place != kUnknown) {
        to[i * width + static_cast<std::size_t>(in(2).values<std::int64_t>()[place])] = 1;
      } else if (parameter(0) == 0) {
        return invalid_argument("a value that is none of the categories");
      }
      return {};
    });
  }
};

/// inputs: x, keys (ascending constant, text, INT64 or FP32), values of one type, default [1].
class LabelEncoder final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    GLOWPLUG_TRY(check_keys(in(1)));
    GLOWPLUG_TRY(need_constant(2, in(2).element, 1));
    GLOWPLUG_TRY(need_constant(3, in(2).element, 1));
    if (in(2).count == in(1).count && in(3).count == 1 && in(2).element != Element::raw) return {};
    return invalid_argument(fmt::format("{} for {} with default {}", describe(in(2)),
                                        describe(in(1)), describe(in(3))));
  }
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, in(1).element));
    return out().set(in(2).element, in(0).shape());
  }
  Result<void> run() override {
    const std::size_t size = size_of(out().element);
    return look_up(in(1), in(0), [&](std::size_t i, std::size_t place) -> Result<void> {
      const std::byte* const from = place == kUnknown ? in(3).data : in(2).data + place * size;
      std::memcpy(out().data + i * size, from, size);
      return {};
    });
  }
};

}  // namespace

std::span<const OperationType> encoder_operations() {
  static constexpr std::array kTypes = {
      OperationType{Opcode::one_hot, "one_hot", 3, 3, 1, 1, 1, make<OneHot>},
      OperationType{Opcode::label_encoder, "label_encoder", 4, 4, 1, 0, 0, make<LabelEncoder>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
