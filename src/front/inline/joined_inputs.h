#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "front/backend.h"
#include "model/signature.h"

namespace glowplug::front {

/// The inputs of a batch as a session takes them: those of a single request where they lie, those
/// of several put one after the other along dimension 0. Views point into the requests and into
/// *this, which stays in place.
class JoinedInputs {
 public:
  JoinedInputs(const Batch& batch, const Signature& signature);
  JoinedInputs(const JoinedInputs&) = delete;
  JoinedInputs& operator=(const JoinedInputs&) = delete;
  [[nodiscard]] const std::vector<std::optional<TensorView>>& views() const { return views_; }

 private:
  void join(const Batch& batch, std::size_t input, Datatype datatype);
  std::vector<Tensor> joined_;  // with room for all: its elements stay where they are
  std::vector<std::optional<TensorView>> views_;
};

}  // namespace glowplug::front
