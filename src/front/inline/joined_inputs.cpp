#include "front/inline/joined_inputs.h"

namespace glowplug::front {

JoinedInputs::JoinedInputs(const Batch& batch, const Signature& signature) {
  GLOWPLUG_CHECK(!batch.items.empty());
  views_.reserve(signature.inputs.size());
  if (batch.items.size() > 1) joined_.reserve(signature.inputs.size());
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    const InferInput& first = batch.items.front().request->inputs.at(i);
    const Datatype datatype = signature.inputs[i].datatype;
    if (!first.present) {
      views_.emplace_back();
    } else if (batch.items.size() == 1) {
      views_.emplace_back(TensorView{datatype, first.shape, first.bytes});
    } else {
      join(batch, i, datatype);
    }
  }
}

void JoinedInputs::join(const Batch& batch, std::size_t input, Datatype datatype) {
  Tensor& tensor = joined_.emplace_back();
  tensor.datatype = datatype;
  tensor.shape = batch.items.front().request->inputs.at(input).shape;
  tensor.shape.at(0) = 0;
  std::size_t size = 0;
  for (const BatchItem& item : batch.items) size += item.request->inputs.at(input).bytes.size();
  tensor.bytes.reserve(size);
  for (const BatchItem& item : batch.items) {
    const InferInput& piece = item.request->inputs.at(input);
    tensor.shape[0] += piece.shape.at(0);
    tensor.bytes.insert(tensor.bytes.end(), piece.bytes.begin(), piece.bytes.end());
  }
  views_.emplace_back(tensor.view());
}

}  // namespace glowplug::front
