#include "handler/protocol_form.h"

#include <gtest/gtest.h>

#include "handler/columns.h"
#include "handler/items.h"
#include "handler/output.h"
#include "model/tensor_json.h"
#include "model/tensor_list.h"

namespace glowplug::handler {
namespace {

Signature scores(Shape shape) {
  Signature signature;
  signature.inputs = {{"x", Datatype::fp32, {-1, 3}, false, {}}};
  signature.outputs = {{"y", Datatype::fp32, std::move(shape), false, {}}};
  return signature;
}

RowOutputs row_of(std::vector<std::vector<double>> runs) {
  RowOutputs row;
  for (const auto& values : runs)
    row.runs.push_back({float_tensor({1, static_cast<std::int64_t>(values.size())}, values)});
  return row;
}

/// "name DATATYPE[shape] data" of each tensor; what the specs promise is checked.
std::string told(const Json& spec, const Signature& signature,
                 const std::vector<RowOutputs>& rows) {
  const auto output = make_output(spec, signature);
  if (!output) return output.error().message;
  std::vector<const RowOutputs*> all;
  for (const RowOutputs& row : rows) all.push_back(&row);
  const auto tensors = (*output)->tensors(all);
  if (!tensors) return tensors.error().message;
  const auto specs = (*output)->tensor_specs();
  EXPECT_EQ(specs.size(), tensors->size());
  std::string text;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const Tensor& tensor = (*tensors)[i];
    EXPECT_TRUE(check_tensor(tensor.view())) << specs[i].name;
    EXPECT_TRUE(check_against(specs[i], tensor.datatype, tensor.shape)) << specs[i].name;
    text += specs[i].name + " " + to_string(tensor.shape) + " " +
            to_json(NamedTensor{specs[i].name, tensor})["data"].dump() + "\n";
  }
  return text;
}

TEST(OutputTensors, OfTheBestClass) {
  Signature signature = scores({-1, 3});
  signature.outputs[0].labels = {"a", "b", "c"};
  const std::vector<RowOutputs> rows = {row_of({{0.25, 0.5, 0}}), row_of({{1, 0, 0.5}})};
  EXPECT_EQ(told({{"type", "label"}, {"threshold", 0.75}}, signature, rows),
            "label [2] [\"\",\"a\"]\nscore [2] [0.5,1.0]\n");
  EXPECT_EQ(told({{"type", "label"}, {"top", 9}}, signature, rows),
            "label [2] [\"b\",\"a\"]\nscore [2] [0.5,1.0]\n"
            "top_label [2,3] [\"b\",\"a\",\"c\",\"a\",\"c\",\"b\"]\n"
            "top_score [2,3] [0.5,0.25,0.0,1.0,0.5,0.0]\n");
}

TEST(OutputTensors, OfTwoClassesWithOneScore) {
  Signature signature = scores({-1, 1});
  signature.outputs[0].labels = {"no", "yes"};
  EXPECT_EQ(told({{"type", "label"}, {"top", 2}}, signature, {row_of({{0.75}})}),
            "label [1] [\"yes\"]\nscore [1] [0.75]\n"
            "top_label [1,2] [\"yes\",\"no\"]\ntop_score [1,2] [0.75,0.25]\n");
}

TEST(OutputTensors, OfAllClasses) {
  const std::vector<RowOutputs> rows = {row_of({{0.25, 0.5}}), row_of({{1, 0}})};
  EXPECT_EQ(told({{"type", "labels"}}, scores({-1, 2}), rows),
            "scores [2,2] [0.25,0.5,1.0,0.0]\nselected [2,2] [false,true,true,false]\n");
  EXPECT_EQ(told({{"type", "labels"}}, scores({-1, -1}), {row_of({{1, 0}}), row_of({{1}})}),
            "the answers to these items differ in shape and make no tensor together");
}

TEST(OutputTensors, OfNumbersAndVectors) {
  EXPECT_EQ(
      told({{"type", "number"}, {"scale", 2}}, scores({-1, 1}), {row_of({{1}}), row_of({{3}})}),
      "prediction [2] [2.0,6.0]\n");
  EXPECT_EQ(told({{"type", "number"}}, scores({-1, 2}), {row_of({{1, 2}}), row_of({{3, 4}})}),
            "prediction [2,2] [1.0,2.0,3.0,4.0]\n");
  EXPECT_EQ(told({{"type", "embedding"}, {"dimensions", 1}}, scores({-1, 2}), {row_of({{5, 6}})}),
            "embedding [1,1] [5.0]\n");
}

TEST(OutputTensors, OfASeries) {
  const std::vector<RowOutputs> rows = {row_of({{0.25}, {0.75}}), row_of({{0.5}})};
  EXPECT_EQ(told({{"type", "series"}, {"label", "speech"}}, scores({-1, 1}), rows),
            "speech [2] [true,false]\nscore [2] [0.75,0.5]\nscores [2,2] [0.25,0.75,0.5,0.0]\n"
            "chunks [2] [2,1]\n");
  EXPECT_EQ(told({{"type", "series"}, {"label", "score"}}, scores({-1, 1}), rows),
            "output.label is \"score\"; expected another name: the answer has one of that name");
}

TEST(JoinedTensor, PutsRowsBehindEachOther) {
  const Tensor one = float_tensor({1, 2}, std::vector<double>{1, 2});
  const Tensor two = float_tensor({1, 2}, std::vector<double>{3, 4});
  const Tensor wide = float_tensor({1, 3}, std::vector<double>{3, 4, 5});
  const Tensor scalar = float_tensor({}, std::vector<double>{7});
  EXPECT_EQ(joined_tensor(std::vector{&one, &two})->shape, (Shape{2, 2}));
  EXPECT_EQ(joined_tensor(std::vector{&scalar})->shape, Shape{});
  EXPECT_FALSE(joined_tensor(std::vector{&one, &wide}));
  EXPECT_FALSE(joined_tensor(std::vector{&scalar, &scalar}));
}

TEST(ProtocolForm, IsOfWhatAHandlerTakesAndGives) {
  const Json spec = {{"input", {{"type", "text"}}}, {"output", {{"type", "number"}}}};
  const auto form = protocol_form(spec, scores({-1, 1}));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->signature.describe(), "text BYTES[-1] -> prediction FP32[-1]");
  EXPECT_TRUE(form->is_text && form->takes_items());
  EXPECT_EQ(protocol_form({{"input", {{"type", "image"}}}}, scores({-1, 3}))->signature.describe(),
            "image BYTES[-1] -> y FP32[-1,3]");
}

TEST(ProtocolForm, LeavesTheModelItsOwnTexts) {
  Signature model = scores({-1, 1});
  model.inputs[0] = {"text", Datatype::bytes, {-1}, false, {}};
  const Json spec = {{"input", {{"type", "text"}}}};
  EXPECT_FALSE(protocol_form(spec, model)->takes_items());
  model.inputs[0].datatype = Datatype::int64;
  EXPECT_TRUE(protocol_form(spec, model)->takes_items());
}

TEST(ProtocolForm, IsNoneForCodeAndPlainRecords) {
  EXPECT_FALSE(protocol_form(nullptr, scores({-1, 1})));
  EXPECT_FALSE(protocol_form({{"code", {{"language", "python"}}}}, scores({-1, 1})));
  EXPECT_FALSE(protocol_form({{"input", {{"type", "table"}}}}, scores({-1, 1})));
  EXPECT_FALSE(protocol_form({{"input", {{"type", "text"}}}, {"output", {{"type", "lable"}}}},
                             scores({-1, 1})));
  const Json labels = {{"input", {{"type", "table"}}}, {"output", {{"type", "number"}}}};
  EXPECT_FALSE(protocol_form(labels, scores({-1, 1}))->takes_items());
}

TEST(ProtocolForm, TellsFilesFromTheProtocol) {
  for (const char* const file :
       {"image/png", "text/plain; charset=utf-8", "multipart/form-data; boundary=x", "text/csv"})
    EXPECT_TRUE(is_item_type(file)) << file;
  for (const char* const own : {"", "application/json; charset=utf-8", "application/octet-stream",
                                "application/x-www-form-urlencoded", "application/vnd.x+json"})
    EXPECT_FALSE(is_item_type(own)) << own;
}

InferRequest request_for(const std::vector<std::string>& texts) {
  InferRequest request;
  request.inputs.resize(1);
  request.inputs[0].shape = {static_cast<std::int64_t>(texts.size())};
  request.decoded.push_back(text_tensor({}, texts).bytes);
  request.inputs[0].bytes = request.decoded[0];
  return request;
}

TEST(ProtocolForm, ItemsComeBackFromTheEvent) {
  ProtocolForm form;
  const std::vector<std::string> texts = {"a \"b\"", std::string("\xff\0", 2), "{}"};
  const auto event = event_of(request_for(texts), form, false, R"({"answer":"tensors"})");
  ASSERT_TRUE(event);
  const auto items = items_of({"application/json", event->body, event->context}, {"bytes", false});
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_EQ(items->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*items)[i].bytes, texts[i]);
  EXPECT_EQ(event_of(request_for({"YQ=="}), form, true, "")->body, "[\"YQ==\"]");
  EXPECT_FALSE(event_of(request_for({}), form, false, ""));
}

TEST(ProtocolForm, GivesTheTensorsThatAreAskedFor) {
  ProtocolForm form;
  form.signature.outputs = {{"label", Datatype::bytes, {-1}, false, {}},
                            {"score", Datatype::fp32, {-1}, false, {}}};
  const std::vector<std::string> labels = {"a"};
  const std::vector<double> score = {0.5};
  const std::vector<Tensor> both = {text_tensor({1}, labels), float_tensor({1}, score)};
  InferRequest asked;
  asked.outputs = {{1, false, 0}};
  const auto tensors = asked_tensors(write_tensor_list(both), asked, form);
  ASSERT_TRUE(tensors);
  ASSERT_EQ(tensors->size(), 1U);
  EXPECT_EQ((*tensors)[0].bytes, both[1].bytes);
  const std::vector<Tensor> wrong = {both[1], both[0]};
  EXPECT_EQ(asked_tensors(write_tensor_list(wrong), asked, form).error().code, Code::internal);
  EXPECT_EQ(asked_tensors("x", asked, form).error().code, Code::internal);
}

}  // namespace
}  // namespace glowplug::handler
