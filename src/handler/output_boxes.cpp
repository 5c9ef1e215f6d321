#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "handler/boxes.h"
#include "handler/columns.h"
#include "handler/output_kinds.h"
#include "handler/records/json_text.h"
#include "handler/records/record_schema.h"
#include "handler/scores.h"

namespace glowplug::handler {
namespace {

using records::append_json_float;
using records::append_json_string;

/// Candidates that go into suppression, the best of them: it compares each with each kept one.
constexpr std::size_t kMostCandidates = 10'000;

struct BoxSpec {
  std::size_t boxes = 0, scores = 0;
  std::optional<std::size_t> classes;
  std::string format;
  bool ratio = false;
  double threshold = 0, most_overlap = 0;
  std::size_t most = 0;
  Activation activation = Activation::none;
  std::vector<std::string> labels;
  double input_width = 0, input_height = 0;  ///< of the model's picture; 0: not fixed
};

Box corners(const std::string& format, const double* values) {
  const double a = values[0], b = values[1], c = values[2], d = values[3];
  if (format == "xywh") return {a, b, a + c, b + d};
  if (format == "cxcywh") return {a - c / 2, b - d / 2, a + c / 2, b + d / 2};
  if (format == "yxyx") return {b, a, d, c};
  return {a, b, c, d};
}

/// NaN and what no class can be numbered are class 0: a cast of them would be undefined.
std::size_t class_number(double value) {
  constexpr double kMostClasses = 1e9;
  return value >= 0 && value <= kMostClasses ? static_cast<std::size_t>(value) : 0;
}

class BoxOutput final : public Output {
 public:
  explicit BoxOutput(BoxSpec spec) : spec_(std::move(spec)) {}

  [[nodiscard]] Result<void> write(std::string& to, const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<Detection> found, detections(outputs));
    to += '[';
    for (std::size_t i = 0; i < found.size(); ++i) {
      to += i == 0 ? "{\"label\":" : ",{\"label\":";
      GLOWPLUG_TRY(append_json_string(to, label(found[i].label)));
      to += ",\"score\":";
      append_json_float(to, static_cast<float>(found[i].score));
      to += ",\"box\":[";
      const Box& box = found[i].box;
      for (const double edge : {box.x1, box.y1, box.x2, box.y2}) {
        if (to.back() != '[') to += ',';
        append_json_float(to, static_cast<float>(edge));
      }
      to += "]}";
    }
    to += ']';
    return {};
  }
  [[nodiscard]] Json schema() const override {
    const Json box = {{"type", "array"},
                      {"items", records::score_schema()},
                      {"minItems", 4},
                      {"maxItems", 4},
                      {"description", "x1, y1, x2, y2 in pixels of the picture that was sent"}};
    Json found =
        schema_of_object({{"label", records::label_schema(spec_.classes ? std::vector<std::string>()
                                                                        : spec_.labels)},
                          {"score", records::score_schema()},
                          {"box", box}});
    return {{"type", "array"}, {"items", std::move(found)}, {"maxItems", spec_.most}};
  }
  [[nodiscard]] bool has_cells() const override { return false; }
  [[nodiscard]] std::vector<std::string> columns() const override { return {}; }
  [[nodiscard]] Result<std::vector<std::string>> cells(const RowOutputs&) const override {
    return Error{Code::unimplemented, "detections have no form as CSV; ask for JSON", {}};
  }
  /// The detections of all items one behind the other; `item` says of which each is.
  [[nodiscard]] std::vector<TensorSpec> tensor_specs() const override {
    return {{"item", Datatype::int64, {-1}, false, {}},
            {"label", Datatype::bytes, {-1}, false, {}},
            {"score", Datatype::fp32, {-1}, false, {}},
            {"box", Datatype::fp32, {-1, 4}, false, {}}};
  }
  [[nodiscard]] Result<std::vector<Tensor>> tensors(
      std::span<const RowOutputs* const> rows) const override {
    std::vector<std::int64_t> items;
    std::vector<std::string> labels;
    std::vector<double> scores, edges;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      GLOWPLUG_ASSIGN(const std::vector<Detection> found, detections(*rows[i]));
      for (const Detection& one : found) {
        items.push_back(static_cast<std::int64_t>(i));
        labels.push_back(label(one.label));
        scores.push_back(one.score);
        edges.insert(edges.end(), {one.box.x1, one.box.y1, one.box.x2, one.box.y2});
      }
    }
    const auto count = static_cast<std::int64_t>(items.size());
    std::vector<Tensor> all;
    all.push_back(integer_tensor(items));
    all.push_back(text_tensor({count}, labels));
    all.push_back(float_tensor({count}, scores));
    all.push_back(float_tensor({count, 4}, edges));
    return all;
  }

 private:
  [[nodiscard]] Result<std::vector<Detection>> detections(const RowOutputs& outputs) const {
    GLOWPLUG_ASSIGN(const Tensor* const boxes, answered(outputs, 0, spec_.boxes));
    GLOWPLUG_ASSIGN(const Tensor* const scores, answered(outputs, 0, spec_.scores));
    GLOWPLUG_ASSIGN(const std::vector<double> edges, numbers_in(*boxes));
    GLOWPLUG_ASSIGN(std::vector<double> values, numbers_in(*scores));
    std::vector<double> classes;
    if (spec_.classes) {
      GLOWPLUG_ASSIGN(const Tensor* const tensor, answered(outputs, 0, *spec_.classes));
      GLOWPLUG_ASSIGN(classes, numbers_in(*tensor));
    }
    const std::size_t count = edges.size() / 4;
    const std::size_t width = count == 0 ? 1 : values.size() / count;
    if (edges.size() % 4 != 0 || values.size() != count * width ||
        (spec_.classes && (width != 1 || classes.size() != count)))
      return Error{Code::internal,
                   fmt::format("{} boxes, {} scores and {} classes do not belong together", count,
                               values.size(), classes.size()),
                   {}};
    std::vector<Detection> found;
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<double> mine(values.data() + i * width, width);
      activate(spec_.activation, mine);
      const std::size_t best = largest(mine, 1)[0];
      if (!(mine[best] >= spec_.threshold)) continue;
      const auto label = spec_.classes ? class_number(classes[i]) : best;
      found.push_back({corners(spec_.format, edges.data() + i * 4), mine[best], label});
    }
    keep_best(found);
    found = suppress(std::move(found), spec_.most_overlap, spec_.most);
    for (Detection& one : found) one.box = in_source(one.box, *outputs.row);
    return found;
  }

  static void keep_best(std::vector<Detection>& found) {
    if (found.size() <= kMostCandidates) return;
    std::ranges::stable_sort(
        found, [](const Detection& a, const Detection& b) { return a.score > b.score; });
    found.resize(kMostCandidates);
  }

  /// In pixels of the picture that was sent, inside of it.
  [[nodiscard]] Box in_source(Box box, const Row& row) const {
    if (spec_.ratio)
      box = {box.x1 * spec_.input_width, box.y1 * spec_.input_height, box.x2 * spec_.input_width,
             box.y2 * spec_.input_height};
    if (!row.fit) return box;
    const PictureFit& fit = *row.fit;
    const auto x = [&](double at) {
      return std::clamp((at - fit.offset_x) / fit.scale_x, 0.0, fit.source_width);
    };
    const auto y = [&](double at) {
      return std::clamp((at - fit.offset_y) / fit.scale_y, 0.0, fit.source_height);
    };
    return {x(box.x1), y(box.y1), x(box.x2), y(box.y2)};
  }

  [[nodiscard]] std::string label(std::size_t index) const {
    return index < spec_.labels.size() ? spec_.labels[index] : fmt::format("{}", index);
  }

  BoxSpec spec_;
};

/// Width and height of the model's picture: its only input of four dimensions, whose channels are
/// 1, 3 or 4.
void find_picture(const Signature& signature, BoxSpec& spec) {
  for (const TensorSpec& input : signature.inputs) {
    if (input.shape.size() != 4) continue;
    const bool channels_first = input.shape[1] >= 1 && input.shape[1] <= 4;
    const std::size_t height = channels_first ? 2 : 1;
    spec.input_height = static_cast<double>(std::max<std::int64_t>(input.shape[height], 0));
    spec.input_width = static_cast<double>(std::max<std::int64_t>(input.shape[height + 1], 0));
    return;
  }
}

}  // namespace

Result<std::unique_ptr<Output>> make_box_output(const SpecReader& spec,
                                                const Signature& signature) {
  GLOWPLUG_TRY(spec.only({"type", "boxes", "scores", "classes", "format", "coordinates",
                          "threshold", "iou", "max", "activation", "labels"}));
  constexpr std::int64_t kMost = 10'000;
  BoxSpec parsed;
  GLOWPLUG_ASSIGN(parsed.boxes, output_index(spec, "boxes", signature));
  GLOWPLUG_ASSIGN(parsed.scores, output_index(spec, "scores", signature));
  if (spec.has("classes")) {
    GLOWPLUG_ASSIGN(parsed.classes, output_index(spec, "classes", signature));
  }
  GLOWPLUG_ASSIGN(parsed.format, spec.choice("format", "xyxy", {"xyxy", "xywh", "cxcywh", "yxyx"}));
  GLOWPLUG_ASSIGN(const std::string coordinates,
                  spec.choice("coordinates", "pixels", {"pixels", "ratio"}));
  GLOWPLUG_ASSIGN(parsed.threshold, spec.number("threshold", 0.25));
  GLOWPLUG_ASSIGN(parsed.most_overlap, spec.number("iou", 0.45));
  GLOWPLUG_ASSIGN(const std::int64_t most, spec.integer("max", 100, 1, kMost));
  GLOWPLUG_ASSIGN(const std::string activation,
                  spec.choice("activation", "none", {"none", "softmax", "sigmoid"}));
  parsed.activation = activation_named(activation);
  parsed.most = static_cast<std::size_t>(most);
  parsed.ratio = coordinates == "ratio";
  parsed.labels = signature.outputs[parsed.scores].labels;
  find_picture(signature, parsed);
  if (parsed.ratio && parsed.input_width <= 0)
    return spec.wrong("coordinates", "pixels: the size of the model's picture is not fixed");
  return std::unique_ptr<Output>(std::make_unique<BoxOutput>(std::move(parsed)));
}

}  // namespace glowplug::handler
