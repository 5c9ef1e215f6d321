#include "handler/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <span>

namespace glowplug::handler {
namespace {

Signature churn() {
  Signature signature;
  signature.inputs = {{"tenure", Datatype::fp32, {-1, 1}, false, {}},
                      {"contract", Datatype::bytes, {-1, 1}, false, {}},
                      {"partner", Datatype::bool_, {-1, 1}, false, {}}};
  signature.outputs = {{"probabilities", Datatype::fp32, {-1, 2}, false, {"No", "Yes"}}};
  signature.max_batch = 8;
  return signature;
}

Signature iris() {
  Signature signature;
  signature.inputs = {{"features", Datatype::fp32, {-1, 2}, false, {}}};
  signature.outputs = {{"label", Datatype::int64, {-1}, false, {"a", "b"}}};
  signature.max_batch = 8;
  return signature;
}

std::vector<float> floats(const InferInput& input) {
  std::vector<float> values(input.bytes.size() / sizeof(float));
  std::memcpy(values.data(), input.bytes.data(), input.bytes.size());
  return values;
}

std::string refused(const Table& table, std::string_view type, std::string_view body) {
  const auto read = table.read(type, body);
  EXPECT_FALSE(read) << body;
  return read ? std::string() : read.error().message;
}

Json columns_spec() {
  return {{"input",
           {{"type", "table"},
            {"unknown", "ignore"},
            {"columns",
             {{{"name", "tenure"}, {"missing", "nan"}, {"minimum", 0}, {"maximum", 100}},
              {{"name", "contract"}, {"categories", {"monthly", "yearly"}}},
              {{"name", "partner"}, {"default", false}}}}}}};
}

TEST(Table, ReadsCsvByItsHeaderInAnyOrder) {
  const Table table = *Table::create({}, churn());
  const auto read = table.read("text/csv; charset=utf-8",
                               "partner,contract,tenure\r\ntrue,\"month, \"\"to\"\" month\",3\r\n"
                               "0,yearly,4.5\r\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(floats(read->inputs[0]), (std::vector<float>{3, 4.5}));
  EXPECT_EQ(read->inputs[0].shape, (Shape{2, 1}));
  EXPECT_EQ(bytes_elements(read->inputs[1].bytes, 2)->at(0), "month, \"to\" month");
  EXPECT_EQ(read->inputs[2].bytes[0], std::byte{1});
  EXPECT_EQ(read->rows, 2);
}

TEST(Table, ReadsCsvWithoutAHeaderByPlace) {
  const auto read = Table::create({}, iris())->read("text/csv", "5.1,3.5\n6.2,3.4");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(floats(read->inputs[0]), (std::vector<float>{5.1F, 3.5F, 6.2F, 3.4F}));
  EXPECT_EQ(read->inputs[0].shape, (Shape{2, 2}));
}

TEST(Table, ReadsWhatPandasWrites) {
  const Table table = *Table::create({}, churn());
  const auto split = table.read("application/json",
                                R"({"dataframe_split": {"index": [0], "columns": ["contract",
                                "tenure", "partner"], "data": [["yearly", 3, true]]}})");
  ASSERT_TRUE(split) << split.error().message;
  EXPECT_EQ(floats(split->inputs[0]), (std::vector<float>{3}));
  const auto records = table.read(
      "application/json",
      R"({"dataframe_records": [{"contract": "yearly", "tenure": 3, "partner": true}]})");
  ASSERT_TRUE(records) << records.error().message;
  EXPECT_EQ(floats(records->inputs[0]), (std::vector<float>{3}));
}

TEST(Table, FillsInDefaultsAndGaps) {
  const Table table = *Table::create(columns_spec(), churn());
  const auto read = table.read("text/csv", "contract,tenure,id\nyearly,,77\nmonthly,5,78\n");
  ASSERT_TRUE(read) << read.error().message;
  const auto tenure = floats(read->inputs[0]);
  EXPECT_TRUE(std::isnan(tenure[0]));
  EXPECT_EQ(tenure[1], 5);
  EXPECT_EQ(read->inputs[2].bytes[0], std::byte{0});
  const auto json = table.read("application/json", R"([{"contract": "yearly", "tenure": null}])");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_TRUE(std::isnan(floats(json->inputs[0])[0]));
}

TEST(Table, NamesColumnsOfAWideInput) {
  const Json spec = {{"input",
                      {{"type", "table"},
                       {"columns", {{{"name", "length"}}, {{"name", "width"}, {"default", 1}}}}}}};
  const Table table = *Table::create(spec, iris());
  EXPECT_EQ(floats(table.read("text/csv", "width,length\n2,1\n")->inputs[0]),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(floats(table.read("application/json", R"({"length": 5})")->inputs[0]),
            (std::vector<float>{5, 1}));
  EXPECT_EQ(floats(table.read("application/json", R"([3, 4])")->inputs[0]),
            (std::vector<float>{3, 4}));
  EXPECT_EQ(floats(table.read("application/json", R"([[3, 4], [5, 6]])")->inputs[0]),
            (std::vector<float>{3, 4, 5, 6}));
}

TEST(Table, SaysWhichCellIsWrong) {
  const Table table = *Table::create(columns_spec(), churn());
  EXPECT_EQ(refused(table, "text/csv", "contract,tenure\nyearly,many\n"),
            "row 1, column \"tenure\" is \"many\"; expected a number");
  EXPECT_EQ(refused(table, "text/csv", "contract,tenure\nyearly,1\nweekly,2\n"),
            "row 2, column \"contract\" is \"weekly\"; expected one of monthly, yearly");
  EXPECT_EQ(refused(table, "text/csv", "contract,tenure\nyearly,101\n"),
            "row 1, column \"tenure\" is 101.0; expected 0 to 100");
  EXPECT_EQ(refused(table, "text/csv", "tenure\n1\n"),
            "the table lacks the column \"contract\"; the columns are tenure, contract, partner");
  EXPECT_EQ(refused(table, "application/json", R"([{"contract": 3, "tenure": 1}])"),
            "row 1, column \"contract\" is 3; expected a text");
  const Table strict = *Table::create({}, churn());
  EXPECT_EQ(refused(strict, "text/csv", "tenur,contract,partner\n1,yearly,1\n"),
            "the table has the unknown column \"tenur\", did you mean \"tenure\"?; the columns are "
            "tenure, contract, partner");
  EXPECT_EQ(refused(strict, "text/csv", "tenure,contract,partner\n,yearly,1\n"),
            "row 1, column \"tenure\": the value is missing");
  EXPECT_EQ(refused(strict, "text/csv", "tenure,contract,partner\nnan,yearly,1\n"),
            "row 1, column \"tenure\" is not a number (NaN)");
  EXPECT_EQ(refused(*Table::create({}, iris()), "text/csv", "1,2,3\n"),
            "the table has 3 columns without names; the model takes 2: features FP32[-1,2] -> "
            "label INT64[-1]");
}

TEST(Table, RefusesWhatIsNoTable) {
  const Table table = *Table::create({}, churn());
  EXPECT_EQ(refused(table, "text/csv", ""), "the table is empty");
  EXPECT_EQ(refused(table, "text/csv", "tenure,contract,partner\n"),
            "the table has a header and no rows");
  EXPECT_EQ(refused(table, "text/csv", "a,\"b\n"),
            "row 1 of the table is not CSV: a quote stands where none may be, or is not closed");
  EXPECT_EQ(refused(table, "text/csv", "a,b\n1,2,3\n"), "row 2 has 3 columns, row 1 has 2");
  EXPECT_EQ(refused(table, "text/csv", "tenure\xff\n"),
            "the table is not UTF-8; save it with that encoding");
  EXPECT_EQ(refused(table, "text/csv; charset=latin-1", "x"),
            "the charset is latin-1; expected utf-8");
}

TEST(Table, AnswersInCsvWithoutFormulas) {
  Signature signature = iris();
  signature.outputs[0].labels = {"=1+1", "b"};
  const Table table = *Table::create({}, signature);
  const auto request = table.read("text/csv", "1,2\n3,4\n");
  InferResponse response;
  response.outputs.push_back({Datatype::int64, {2}, std::vector<std::byte>(16)});
  response.outputs[0].bytes[8] = std::byte{1};
  const auto answer = table.write(*request, response, true);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "label\n'=1+1\nb\n");
}

TEST(Table, ASpecThatDoesNotFitIsRefusedByItsKey) {
  const auto message = [](const Json& spec) {
    const auto made = Table::create(spec, churn());
    return made ? std::string("taken") : made.error().message;
  };
  EXPECT_EQ(message({{"input", {{"type", "table"}, {"columns", Json::array()}}}}),
            "input.columns must be a list of the model's 3 columns");
  EXPECT_EQ(message({{"input", {{"type", "table"}, {"unkown", "ignore"}}}}),
            "input has the unknown key \"unkown\", did you mean \"unknown\"?; it takes type, "
            "columns, unknown, missing, separator");
  const auto column = [&](std::size_t place, const char* key, const Json& value) {
    Json spec = columns_spec();
    spec["input"]["columns"][place][key] = value;
    return message(spec);
  };
  EXPECT_EQ(column(0, "default", "x"),
            "input.columns[0].default is \"x\"; expected a value that the column allows");
  EXPECT_EQ(column(0, "default", 101),
            "input.columns[0].default is 101; expected a value that the column allows");
  EXPECT_EQ(column(1, "default", "daily"),
            "input.columns[1].default is \"daily\"; expected a value that the column allows");
  EXPECT_EQ(column(0, "default", 5), "taken");
  EXPECT_EQ(column(0, "type", "integer"), "taken");
  EXPECT_EQ(column(0, "type", "text"),
            "input.columns[0].type is \"text\"; expected a type for an input of FP32");
  EXPECT_EQ(column(2, "type", "number"),
            "input.columns[2].type is \"number\"; expected a type for an input of BOOL");
  EXPECT_EQ(column(1, "categories", "monthly"),
            "input.columns[1].categories is \"monthly\"; expected a list of texts");
  EXPECT_EQ(column(0, "minimum", 200),
            "input.columns[0].minimum is 200; expected no more than the maximum");
}

TEST(Table, RefusesAnInfiniteNumber) {
  const Table table = *Table::create({}, iris());
  EXPECT_EQ(refused(table, "text/csv", "1,-inf\n"),
            "row 1, column 2 is infinite; expected a finite number");
}

TEST(Table, AsManyNamesInCsvAsValues) {
  Signature signature = iris();
  signature.outputs = {{"y", Datatype::fp32, {-1, 2}, false, {}}};
  const auto csv = [&](const Json& output) {
    const Table table =
        *Table::create({{"input", {{"type", "table"}}}, {"output", output}}, signature);
    const InferRequest request = *table.read("text/csv", "1,2\n");
    const float values[] = {0.5F, 0.25F};
    InferResponse response;
    response.outputs.push_back({Datatype::fp32, {1, 2}, {}});
    const auto bytes = std::as_bytes(std::span(values));
    response.outputs[0].bytes.assign(bytes.begin(), bytes.end());
    return table.write(request, std::move(response), true)->body;
  };
  EXPECT_EQ(csv({{"type", "number"}}), "prediction_0,prediction_1\n0.5,0.25\n");
  EXPECT_EQ(csv({{"type", "labels"}}), "0,1\n0.5,0.25\n");
  signature.outputs[0].labels = {"a", "b", "c"};
  const auto made =
      Table::create({{"input", {{"type", "table"}}}, {"output", {{"type", "label"}}}}, signature);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "output.labels has 3 names; \"y\" has 2 values for each row");
}

}  // namespace
}  // namespace glowplug::handler
