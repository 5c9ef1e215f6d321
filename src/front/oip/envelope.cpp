#include "front/oip/envelope.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "front/oip/json_document.h"

namespace glowplug::front::oip {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kMostDimensions = 64;

/// "inputs[2]", in the room that `where` has: every request has some, hardly one is wrong.
void place_in(std::string& where, std::string_view key, std::size_t index) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), index).ptr;
  where.assign(key);
  where += '[';
  where.append(digits.data(), end);
  where += ']';
}

class EnvelopeReader {
 public:
  EnvelopeReader(std::string_view json, std::size_t max_depth) : json_(json, max_depth) {}

  Result<Envelope> read() {
    GLOWPLUG_ASSIGN(const ondemand::object object, json_.open());
    Envelope envelope;
    GLOWPLUG_TRY(
        json_.each_field(object, "the request", [&](std::string_view key, ondemand::value value) {
          return top_level(envelope, key, value);
        }));
    GLOWPLUG_TRY(json_.close());
    if (!has_inputs_) return invalid_argument("the request has no \"inputs\"");
    return envelope;
  }

 private:
  Result<void> top_level(Envelope& envelope, std::string_view key, ondemand::value value) {
    if (key == "id") return json_.read_string(value, "the request", key, envelope.id);
    if (key == "parameters") return read_parameters(value, envelope.parameters);
    if (key == "inputs") {
      has_inputs_ = true;
      return each_object(value, key, [&](ondemand::object object, std::string_view where) {
        return read_input(object, where, envelope.inputs.emplace_back());
      });
    }
    if (key == "outputs") {
      return each_object(value, key, [&](ondemand::object object, std::string_view where) {
        return read_output(object, where, envelope.outputs.emplace_back());
      });
    }
    return json_.check_ignored(value, 1);
  }

  /// Calls `visit(object, "inputs[2]")` for each object of an array.
  template <class Visit>
  Result<void> each_object(ondemand::value value, std::string_view key, Visit visit) {
    ondemand::array array;
    if (const auto error = value.get_array().get(array))
      return json_.wrong(error, fmt::format("\"{}\" must be an array", key));
    std::size_t index = 0;
    std::string where;
    for (auto element : array) {
      place_in(where, key, index++);
      ondemand::object object;
      if (const auto error = element.get_object().get(object))
        return json_.wrong(error, fmt::format("{} must be an object", where));
      GLOWPLUG_TRY(visit(object, where));
    }
    return {};
  }

  Result<void> read_input(ondemand::object object, std::string_view where, EnvelopeInput& input) {
    bool has_shape = false;
    GLOWPLUG_TRY(json_.each_field(object, where, [&](std::string_view key, ondemand::value value) {
      if (key == "name") return json_.read_string(value, where, key, input.name);
      if (key == "datatype") return json_.read_string(value, where, key, input.datatype);
      if (key == "shape") {
        has_shape = true;
        return read_shape(value, where, input.shape);
      }
      if (key == "data") return keep_data(value, input);
      if (key == "parameters") return read_input_parameters(value, where, input);
      return json_.check_ignored(value, 3);
    }));
    if (input.name.empty()) return invalid_argument(fmt::format("{} has no \"name\"", where));
    if (input.datatype.empty())
      return invalid_argument(fmt::format("{} has no \"datatype\"", where));
    if (!has_shape) return invalid_argument(fmt::format("{} has no \"shape\"", where));
    return {};
  }

  Result<void> read_output(ondemand::object object, std::string_view where,
                           EnvelopeOutput& output) {
    GLOWPLUG_TRY(json_.each_field(object, where, [&](std::string_view key, ondemand::value value) {
      if (key == "name") return json_.read_string(value, where, key, output.name);
      if (key == "parameters") return read_output_parameters(value, where, output);
      return json_.check_ignored(value, 3);
    }));
    if (output.name.empty()) return invalid_argument(fmt::format("{} has no \"name\"", where));
    return {};
  }

  Result<void> read_input_parameters(ondemand::value value, std::string_view where,
                                     EnvelopeInput& input) {
    return each_parameter(value, where, [&](std::string_view key, ondemand::value one) {
      if (key == "binary_data_size") return read_size(one, where, key, input.binary_size.emplace());
      return skip_parameter(key, one, where);
    });
  }

  Result<void> read_output_parameters(ondemand::value value, std::string_view where,
                                      EnvelopeOutput& output) {
    return each_parameter(value, where, [&](std::string_view key, ondemand::value one) {
      if (key == "binary_data") return read_flag(one, where, key, output.binary.emplace());
      if (key == "classification")
        return read_classes(one, where, key, output.classification.emplace());
      return skip_parameter(key, one, where);
    });
  }

  Result<void> read_size(ondemand::value value, std::string_view where, std::string_view key,
                         std::uint64_t& size) {
    if (const auto error = value.get_uint64().get(size))
      return json_.unfit(error, where, key, "a number of bytes, an integer of at least 0");
    return {};
  }

  Result<void> read_flag(ondemand::value value, std::string_view where, std::string_view key,
                         bool& flag) {
    if (const auto error = value.get_bool().get(flag))
      return json_.unfit(error, where, key, "true or false");
    return {};
  }

  Result<void> read_classes(ondemand::value value, std::string_view where, std::string_view key,
                            std::int64_t& classes) {
    auto error = value.get_int64().get(classes);
    if (error == simdjson::SUCCESS && classes < 1) error = simdjson::NUMBER_OUT_OF_RANGE;
    if (error != simdjson::SUCCESS)
      return json_.unfit(error, where, key, "a number of classes, an integer of at least 1");
    return {};
  }

  template <class Visit>
  Result<void> each_parameter(ondemand::value value, std::string_view where, Visit visit) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object))
      return json_.unfit(error, where, "parameters", "an object");
    return json_.each_field(object, where, visit);
  }

  Result<void> skip_parameter(std::string_view key, ondemand::value value, std::string_view where) {
    if (key.starts_with("shared_memory_")) {
      return Error{Code::unimplemented,
                   fmt::format("{}: \"{}\": shared memory regions are not offered; send the bytes "
                               "behind the JSON (\"binary_data_size\")",
                               where, key),
                   {}};
    }
    return json_.check_ignored(value, 4);
  }

  Result<void> read_shape(ondemand::value value, std::string_view where, Shape& shape) {
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return bad_shape(error, where);
    for (auto element : array) {
      std::uint64_t dimension = 0;
      if (const auto error = element.get_uint64().get(dimension)) return bad_shape(error, where);
      if (dimension > std::numeric_limits<std::int64_t>::max() || shape.size() == kMostDimensions)
        return bad_shape(simdjson::NUMBER_OUT_OF_RANGE, where);
      shape.push_back(static_cast<std::int64_t>(dimension));
    }
    return {};
  }

  Error bad_shape(simdjson::error_code error, std::string_view where) {
    return json_.unfit(
        error, where, "shape",
        fmt::format("an array of at most {} integers of at least 0", kMostDimensions));
  }

  /// The tensor's own reader comes later, when shape and datatype are known whatever the order.
  Result<void> keep_data(ondemand::value value, EnvelopeInput& input) {
    const char* const start = value.raw_json_token().data();
    input.data = {start,
                  static_cast<std::size_t>(json_.text().data() + json_.text().size() - start)};
    return {};
  }

  Result<void> read_parameters(ondemand::value value, Parameters& parameters) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object))
      return json_.wrong(error, "\"parameters\" must be an object");
    return json_.each_field(object, "\"parameters\"",
                            [&](std::string_view key, ondemand::value one) -> Result<void> {
                              GLOWPLUG_ASSIGN(Parameter parameter, read_parameter(key, one));
                              parameters.emplace_back(key, std::move(parameter));
                              return {};
                            });
  }

  Result<Parameter> read_parameter(std::string_view key, ondemand::value value) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return json_.broken(error);
    if (type == ondemand::json_type::string) {
      std::string text;
      GLOWPLUG_TRY(json_.read_string(value, "parameters", key, text));
      return Parameter(std::move(text));
    }
    if (type == ondemand::json_type::boolean) {
      bool flag = false;
      if (const auto error = value.get_bool().get(flag)) return json_.broken(error);
      return Parameter(flag);
    }
    if (type == ondemand::json_type::number) {
      ondemand::number number;
      if (const auto error = value.get_number().get(number))
        return json_.wrong(error, fmt::format("parameter \"{}\" is not a number in range", key));
      return as_parameter(number);
    }
    return invalid_argument(
        fmt::format("parameter \"{}\" must be a string, a number or a boolean", key));
  }

  static Parameter as_parameter(const ondemand::number& number) {
    if (number.is_int64()) return number.get_int64();
    if (number.is_uint64()) return number.get_uint64();
    return number.get_double();
  }

  JsonDocument json_;
  bool has_inputs_ = false;
};

}  // namespace

Result<Envelope> read_envelope(std::string_view json, std::size_t max_depth) {
  return EnvelopeReader(json, max_depth).read();
}

}  // namespace glowplug::front::oip
