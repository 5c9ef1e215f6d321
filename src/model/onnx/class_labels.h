#pragma once
#include <map>
#include <string>
#include <vector>

#include "model/onnx/onnx_model.h"

namespace glowplug::onnx {

/// Class names in order of the last dimension, by output of the graph that holds a score for each
/// class. They come from the classifiers of ai.onnx.ml (classlabels_strings, classlabels_int64s,
/// classlabels_ints), found backwards through operators that keep the last dimension (Identity,
/// Cast, Normalizer, Softmax, Mul with a constant …), and, for networks that skl2onnx writes
/// (scores, ArgMax, ArrayFeatureExtractor over a constant of names), from that constant.
/// Empty where the file does not say so plainly: a guess would be worse.
[[nodiscard]] std::map<std::string, std::vector<std::string>> class_labels(const Model& model);

}  // namespace glowplug::onnx
