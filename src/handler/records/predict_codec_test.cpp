#include "handler/records/predict_codec.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace glowplug::handler::records {
namespace {

template <class Element>
std::vector<std::byte> bytes_of(const std::vector<Element>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(Element));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class Element>
std::vector<Element> values_of(std::span<const std::byte> bytes) {
  std::vector<Element> values(bytes.size() / sizeof(Element));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::vector<std::byte> bytes_of_strings(const std::vector<std::string>& values) {
  std::vector<std::byte> bytes;
  for (const std::string& value : values) append_bytes_element(bytes, value);
  return bytes;
}

/// features FP32[-1,4] -> label INT64[-1], probabilities FP32[-1,3], with class names.
Signature iris() {
  const std::vector<std::string> classes = {"setosa", "versicolor", "virginica"};
  Signature signature;
  signature.inputs = {{"features", Datatype::fp32, {-1, 4}, false, {}}};
  signature.outputs = {{"label", Datatype::int64, {-1}, false, classes},
                       {"probabilities", Datatype::fp32, {-1, 3}, false, classes}};
  signature.max_batch = 8;
  return signature;
}

/// A pipeline with one input for each column.
Signature churn() {
  Signature signature;
  signature.inputs = {{"plan", Datatype::bytes, {-1, 1}, false, {}},
                      {"months", Datatype::int64, {-1, 1}, false, {}},
                      {"note", Datatype::bytes, {-1, 1}, true, {}}};
  signature.outputs = {{"score", Datatype::fp64, {-1, 1}, false, {}}};
  signature.max_batch = 8;
  return signature;
}

Signature one_input(Shape shape, Datatype datatype = Datatype::fp32) {
  Signature signature;
  signature.inputs = {{"x", datatype, std::move(shape), false, {}}};
  signature.outputs = {{"y", datatype, {-1}, false, {}}};
  return signature;
}

using Floats = std::vector<float>;

std::string error_of(std::string_view body, const Signature& signature) {
  const auto request = read_records(body, signature);
  return request ? "none" : request.error().message;
}

TEST(ReadRecords, TakesOneRecordOrManyInEveryForm) {
  for (const char* body :
       {"[1,2,3,4]", "[[1,2,3,4]]", R"({"features":[1,2,3,4]})", R"([{"features":[1,2,3,4]}])",
        R"({"instances":[[1,2,3,4]]})", R"({"instances":[{"features":[1,2,3,4]}]})"}) {
    const auto request = read_records(body, iris());
    ASSERT_TRUE(request) << body << request.error().message;
    EXPECT_EQ(request->inputs[0].shape, (Shape{1, 4})) << body;
    EXPECT_EQ(values_of<float>(request->inputs[0].bytes), (Floats{1, 2, 3, 4})) << body;
    EXPECT_EQ(request->outputs.size(), 2U);
  }
  const auto two = read_records("[[1,2,3,4],[5,6,7,8]]", iris());
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(two->rows, 2);
  EXPECT_EQ(values_of<float>(two->inputs[0].bytes), (Floats{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(ReadRecords, BareValuesAreRecordsOfAnInputOfOneColumn) {
  for (const Shape& shape : {Shape{-1}, Shape{-1, 1}}) {
    const auto request = read_records("[1,2,3]", one_input(shape));
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->inputs[0].shape[0], 3);
    EXPECT_EQ(values_of<float>(request->inputs[0].bytes), (Floats{1, 2, 3}));
    const auto single = read_records("7", one_input(shape));
    ASSERT_TRUE(single) << single.error().message;
    EXPECT_EQ(values_of<float>(single->inputs[0].bytes), (Floats{7}));
  }
  const auto lists = read_records("[[1],[2]]", one_input({-1, 1}));
  ASSERT_TRUE(lists) << lists.error().message;
  EXPECT_EQ(lists->inputs[0].shape, (Shape{2, 1}));
}

TEST(ReadRecords, GathersColumnsByName) {
  const auto request =
      read_records(R"([{"months":3,"plan":"basic"},{"plan":"ä","months":[40]}])", churn());
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->inputs[0].shape, (Shape{2, 1}));
  EXPECT_TRUE(std::ranges::equal(request->inputs[0].bytes, bytes_of_strings({"basic", "ä"})));
  EXPECT_EQ(values_of<std::int64_t>(request->inputs[1].bytes), (std::vector<std::int64_t>{3, 40}));
  EXPECT_FALSE(request->inputs[2].present);
}

TEST(ReadRecords, TakesFreeDimensionsFromTheValues) {
  const auto request = read_records("[[[1,2],[3,4],[5,6]]]", one_input({-1, -1, 2}));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->inputs[0].shape, (Shape{1, 3, 2}));
  EXPECT_EQ(error_of("[[1,2],[1,2,3]]", one_input({-1, -1})),
            "record 1, field \"x\": the value is a list of 3, a list of 2 was expected");
}

TEST(ReadRecords, FreeDimensionsInsideAnEmptyListAreZero) {
  const auto whole = read_records("[[],[]]", one_input({2, -1, -1}));
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->inputs[0].shape, (Shape{2, 0, 0}));
  EXPECT_TRUE(whole->inputs[0].bytes.empty());
}

TEST(ReadRecords, OneRecordHoldsWholeTensorsWhereThereAreNoRows) {
  const auto request = read_records("[[1,2],[3,4]]", one_input({2, -1}));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->inputs[0].shape, (Shape{2, 2}));
  EXPECT_EQ(request->rows, 1);
  EXPECT_EQ(error_of(R"([{"x":[[1],[2]]},{"x":[[1],[2]]}])", one_input({2, -1})),
            "2 records, but the model takes one at a time: x FP32[2,-1] -> y FP32[-1]");
}

struct BadBody {
  const char* body;
  const char* message;
};

TEST(ReadRecords, SaysWhatIsWrongWithTheIrisFlower) {
  const std::string takes =
      "; the model takes features FP32[-1,4] -> label INT64[-1], probabilities FP32[-1,3]";
  for (const auto& [body, message] : std::vector<BadBody>{
           {"", "not JSON at line 1, column 1"},
           {"[]", "the body holds no records"},
           {R"({"instances":[]})", "the body holds no records"},
           {R"({"instances":7})", "\"instances\" must be a list of records"},
           {R"({"instances":[],"x":1})", "\"instances\" must be the only key of the body"},
           {"[1,2,3]",
            "record 0, field \"features\": the value is a list of 3, a list of 4 was "
            "expected"},
           {"[[1,2,3,4],[1,2,3]]",
            "record 1, field \"features\": the value is a list of 3, a list "
            "of 4 was expected"},
           {R"([1,"n/a",3,4])",
            "record 0, field \"features\": element [1] is \"n/a\", a number was expected"},
           {"[1,null,3,4]",
            "record 0, field \"features\": element [1] is null, a number was expected"},
           {"[1,1e39,3,4]",
            "record 0, field \"features\": element [1] is 1e+39, which is beyond "
            "the range of FP32"},
           {"[[[1,2,3,4]]]",
            "the body is a list of depth 3; a record of \"features\" FP32[-1,4] "
            "has depth 1, a list of records 2"},
           {"7", "record 0, field \"features\": the value is 7, a list was expected"}})
    EXPECT_EQ(error_of(body, iris()), message) << body;
  EXPECT_EQ(error_of(R"([{"features":[1,2,3,4]},{}])", iris()),
            "record 1 lacks the field \"features\"" + takes);
  EXPECT_EQ(error_of(R"({"feature":[1,2,3,4]})", iris()),
            "record 0 has the unknown field \"feature\", did you mean \"features\"?" + takes);
}

TEST(ReadRecords, SaysWhatIsWrongWithColumns) {
  const std::string takes =
      "; the model takes plan BYTES[-1,1], months INT64[-1,1], note BYTES[-1,1]? -> score "
      "FP64[-1,1]";
  EXPECT_EQ(error_of(R"({"plan":"a"})", churn()), "record 0 lacks the field \"months\"" + takes);
  EXPECT_EQ(error_of("[1,2]", churn()), "a record must be an object" + takes);
  EXPECT_EQ(error_of(R"([{"plan":"a","months":1},7])", churn()), "record 1 is no object" + takes);
  EXPECT_EQ(error_of(R"({"plan":"a","months":1.5})", churn()),
            "record 0, field \"months\": the value is 1.5, an integer was expected");
  EXPECT_EQ(error_of(R"({"plan":7,"months":1})", churn()),
            "record 0, field \"plan\": the value is 7, a string was expected");
  EXPECT_EQ(error_of(R"([{"plan":"a","months":1,"note":"x"},{"plan":"a","months":1}])", churn()),
            "record 1, field \"note\": an optional field must be in all records or in none");
  EXPECT_EQ(error_of("[300]", one_input({-1}, Datatype::uint8)),
            "record 0, field \"x\": the value is 300, which is beyond the range of UINT8");
}

TEST(ReadRecords, HalfFloatsHaveNoForm) {
  EXPECT_EQ(error_of("[1]", one_input({-1}, Datatype::fp16)),
            "input \"x\" is FP16, which has no form in records; use POST /v2/models/{name}/infer "
            "with binary data");
}

TEST(ReadRecords, NamesItsLimits) {
  RecordLimits limits;
  limits.max_records = 1;
  const auto many = read_records("[1,2]", one_input({-1}), limits);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, Code::too_large);
  EXPECT_EQ(many.error().message, "2 records are more than the limit of 1");
  limits.max_records = 10;
  limits.max_elements = 3;
  const auto large = read_records("[1,2,3,4]", one_input({-1}), limits);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::too_large);
}

std::string predictions_of(std::string_view body, const Signature& signature,
                           std::vector<Tensor> outputs) {
  const auto request = read_records(body, signature);
  EXPECT_TRUE(request) << request.error().message;
  InferResponse response;
  response.outputs = std::move(outputs);
  const auto text = write_predictions(*request, response, signature);
  return text ? *text : text.error().message;
}

TEST(WritePredictions, NamesClassesAndTheirProbabilities) {
  EXPECT_EQ(predictions_of("[[1,2,3,4],[5,6,7,8]]", iris(),
                           {{Datatype::int64, {2}, bytes_of<std::int64_t>({2, 0})},
                            {Datatype::fp32, {2, 3}, bytes_of<float>({0, 0.25F, 0.75F, 1, 0, 0})}}),
            R"({"predictions":[{"label":"virginica","probabilities":{"setosa":0.0,)"
            R"("versicolor":0.25,"virginica":0.75}},{"label":"setosa","probabilities":)"
            R"({"setosa":1.0,"versicolor":0.0,"virginica":0.0}}]})");
}

TEST(WritePredictions, AnIntegerThatNumbersNoClassStaysANumber) {
  EXPECT_EQ(predictions_of("[1,2,3,4]", iris(),
                           {{Datatype::int64, {1}, bytes_of<std::int64_t>({-1})},
                            {Datatype::fp32, {1, 2}, bytes_of<float>({0.5F, 0.5F})}}),
            R"({"predictions":[{"label":-1,"probabilities":[0.5,0.5]}]})");
}

TEST(WritePredictions, OneOutputIsTheValueItself) {
  EXPECT_EQ(predictions_of(R"({"plan":"a","months":1})", churn(),
                           {{Datatype::fp64, {1, 1}, bytes_of<double>({0.125})}}),
            R"({"predictions":[0.125]})");
  EXPECT_EQ(predictions_of("[1,2]", one_input({-1}),
                           {{Datatype::fp32, {2, 2}, bytes_of<float>({1, 2, 3, 4})}}),
            R"({"predictions":[[1.0,2.0],[3.0,4.0]]})");
}

TEST(WritePredictions, OutputsWithoutRowsAreOnePrediction) {
  EXPECT_EQ(
      predictions_of("[1,2]", one_input({-1}), {{Datatype::fp32, {3}, bytes_of<float>({1, 2, 3})}}),
      R"({"predictions":[[1.0,2.0,3.0]]})");
  EXPECT_EQ(predictions_of("[1,2]", one_input({-1}), {{Datatype::fp32, {}, bytes_of<float>({9})}}),
            R"({"predictions":[9.0]})");
}

TEST(WritePredictions, WhatIsNotFiniteIsNull) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(predictions_of("[1]", one_input({-1}),
                           {{Datatype::fp32, {1, 2}, bytes_of<float>({inf, -inf})}}),
            R"({"predictions":[[null,null]]})");
}

TEST(WritePredictions, StringsMustBeUtf8) {
  const Signature signature = one_input({-1}, Datatype::bytes);
  EXPECT_EQ(
      predictions_of(R"(["a"])", signature, {{Datatype::bytes, {1}, bytes_of_strings({"x\"ä"})}}),
      R"({"predictions":["x\"ä"]})");
  EXPECT_EQ(
      predictions_of(R"(["a"])", signature, {{Datatype::bytes, {1}, bytes_of_strings({"\xff"})}}),
      "a string of the answer is not UTF-8; use POST /v2/models/{name}/infer with binary "
      "data");
}

TEST(WritePredictions, TensorsThatDoNotFitAreInternalErrors) {
  const auto request = read_records("[1]", one_input({-1}));
  ASSERT_TRUE(request);
  EXPECT_EQ(write_predictions(*request, {}, one_input({-1})).error().code, Code::internal);
  InferResponse short_one;
  short_one.outputs = {{Datatype::fp32, {2}, bytes_of<float>({1})}};
  EXPECT_EQ(write_predictions(*request, short_one, one_input({-1})).error().code, Code::internal);
}

}  // namespace
}  // namespace glowplug::handler::records
