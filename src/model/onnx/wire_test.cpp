#include "model/onnx/wire.h"

#include <gtest/gtest.h>

#include <string>

namespace glowplug::onnx {
namespace {

MessageReader reader(std::string_view bytes) {
  return MessageReader(std::as_bytes(std::span(bytes)));
}

TEST(MessageReader, ReadsEachWireType) {
  const std::string bytes("\x08\x96\x01\x12\x02hi\x1D\x01\0\0\0\x21\x02\0\0\0\0\0\0\0", 21);
  MessageReader fields = reader(bytes);
  auto field = fields.next();
  ASSERT_TRUE(field);
  EXPECT_EQ(field->number, 1U);
  EXPECT_EQ(field->value, 150U);
  field = fields.next();
  ASSERT_TRUE(field);
  EXPECT_EQ(field->text(), "hi");
  field = fields.next();
  ASSERT_TRUE(field);
  EXPECT_EQ(field->value, 1U);
  EXPECT_EQ(field->type, WireType::fixed32);
  field = fields.next();
  ASSERT_TRUE(field);
  EXPECT_EQ(field->value, 2U);
  EXPECT_TRUE(fields.at_end());
}

TEST(MessageReader, ReadsNegativeNumbers) {
  MessageReader fields = reader("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  const auto field = fields.next();
  ASSERT_TRUE(field);
  EXPECT_EQ(field->integer(), -1);
}

TEST(MessageReader, RefusesWhatIsCutOffOrBroken) {
  using std::string_literals::operator""s;
  const std::pair<std::string, const char*> refusals[] = {
      {"\x08"s, "cut off inside a number"},
      {"\x08\x80"s, "cut off inside a number"},
      {"\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s, "a number of more than 10 bytes"},
      {"\x12\x05hi"s, "cut off: a field of 5 bytes where 2 are left"},
      {"\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01hi"s,
       "cut off: a field of 18446744073709551615 bytes where 2 are left"},
      {"\x1D\x01\x02"s, "cut off: a field of 4 bytes where 2 are left"},
      {"\x02\x01"s, "field number 0, which protobuf does not have"},
      {"\x0B"s, "field 1 has wire type 3, which ONNX does not use"},
      {"\x0F"s, "field 1 has wire type 7, which ONNX does not use"},
  };
  for (const auto& [bytes, message] : refusals) {
    const auto field = reader(bytes).next();
    ASSERT_FALSE(field) << message;
    EXPECT_EQ(field.error().message, message);
  }
}

}  // namespace
}  // namespace glowplug::onnx
