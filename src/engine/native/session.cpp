#include "engine/native/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/time.h"
#include "engine/native/datatypes.h"

namespace glowplug::engine::native {
namespace {

/// Rows that are run at once: their temporaries stay in the second cache.
constexpr std::size_t kSliceRows = 256;

double ns_between(Time from, Time to) {
  return static_cast<double>(std::chrono::duration_cast<nanoseconds>(to - from).count());
}

Result<TensorSpec> spec_of(const Plan& plan, const ValueRecord& value) {
  const auto datatype = datatype_of(value.element);
  if (!datatype) return invalid_argument("an input or output of raw bytes");
  TensorSpec spec;
  spec.name = plan.name_of(value);
  spec.datatype = *datatype;
  spec.shape.assign(value.dimensions.begin(), value.dimensions.begin() + value.rank);
  const bool sound = std::ranges::all_of(
      spec.shape, [](std::int64_t size) { return size >= -1 && size <= std::int64_t{1} << 31; });
  if (!sound) return invalid_argument("dimensions " + to_string(spec.shape));
  return spec;
}

std::size_t framed_size(std::span<const std::string_view> texts) {
  std::size_t size = 0;
  for (const std::string_view text : texts) size += sizeof(std::uint32_t) + text.size();
  return size;
}

void frame(std::span<const std::string_view> texts, std::byte* to) {
  for (const std::string_view text : texts) {
    const auto size = static_cast<std::uint32_t>(text.size());
    std::memcpy(to, &size, sizeof size);
    std::ranges::copy(std::as_bytes(std::span(text)), to + sizeof size);
    to += sizeof size + text.size();
  }
}

}  // namespace

Result<std::unique_ptr<NativeSession>> NativeSession::open(const std::filesystem::path& file,
                                                           const Kernels& kernels,
                                                           const Limits& limits) {
  GLOWPLUG_ASSIGN(MappedFile mapped, MappedFile::open(file));
  auto session = of_bytes(mapped.bytes(), kernels, limits);
  if (!session) return std::move(session).error().in(file.string());
  (*session)->file_ = std::move(mapped);
  return session;
}

Result<std::unique_ptr<NativeSession>> NativeSession::of_bytes(std::span<const std::byte> bytes,
                                                               const Kernels& kernels,
                                                               const Limits& limits) {
  GLOWPLUG_ASSIGN(Plan plan, Plan::read(bytes));
  std::unique_ptr<NativeSession> session(new NativeSession(plan, limits));
  GLOWPLUG_TRY(session->prepare(kernels));
  return session;
}

Result<void> NativeSession::prepare(const Kernels& kernels) {
  GLOWPLUG_TRY(read_signature());
  GLOWPLUG_ASSIGN(program_, Program::create(plan_, kernels, limits_));
  buffers_.resize(signature_.inputs.size());
  sliced_outputs_.resize(signature_.outputs.size());
  sliced_shapes_.resize(signature_.outputs.size());
  return {};
}

Result<void> NativeSession::read_signature() {
  for (std::size_t i = 0; i < plan_.header().input_count; ++i) {
    GLOWPLUG_ASSIGN(TensorSpec spec, spec_of(plan_, plan_.values()[i]));
    spec.optional = (plan_.values()[i].flags & kOptionalInput) != 0;
    signature_.inputs.push_back(std::move(spec));
  }
  for (const std::uint32_t output : plan_.outputs()) {
    GLOWPLUG_ASSIGN(TensorSpec spec, spec_of(plan_, plan_.values()[output]));
    signature_.outputs.push_back(std::move(spec));
  }
  return {};
}

Result<RunReport> NativeSession::run(std::span<const std::optional<TensorView>> inputs,
                                     std::span<const std::size_t> wanted, OutputSink& sink) {
  GLOWPLUG_CHECK(inputs.size() == signature_.inputs.size());
  const Time start = Clock::now();
  const std::size_t rows = slice_rows(inputs);
  Time taken = start;
  Time ran = start;
  if (rows > kSliceRows) {
    GLOWPLUG_TRY(run_slices(inputs, wanted, rows, kSliceRows));
    ran = Clock::now();
    for (const std::size_t index : wanted) GLOWPLUG_TRY(give_slices(index, rows, sink));
  } else {
    GLOWPLUG_TRY(take_inputs(inputs, 0, 0));
    taken = Clock::now();
    GLOWPLUG_TRY(program_->run());
    ran = Clock::now();
    for (const std::size_t index : wanted) GLOWPLUG_TRY(give_output(index, sink));
  }
  const Time end = Clock::now();
  learn(std::max<std::size_t>(rows, 1), ns_between(start, end));
  return RunReport{static_cast<std::int64_t>(ns_between(start, taken)),
                   static_cast<std::int64_t>(ns_between(taken, ran)),
                   static_cast<std::int64_t>(ns_between(ran, end))};
}

std::size_t NativeSession::slice_rows(std::span<const std::optional<TensorView>> inputs) const {
  std::size_t rows = 0;
  for (const auto& input : inputs) {
    // What has no rows of its own, or other rows than the rest, is not cut.
    if (!input || input->shape.empty() || input->shape[0] < 0) return 0;
    const auto here = static_cast<std::size_t>(input->shape[0]);
    if (rows != 0 && here != rows) return 0;
    rows = here;
  }
  return plan_.rows_independent() ? rows : 0;
}

Result<void> NativeSession::take_inputs(std::span<const std::optional<TensorView>> inputs,
                                        std::size_t first_row, std::size_t rows) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]) {
      auto taken = take_input(i, *inputs[i], first_row, rows);
      if (!taken) return std::move(taken).error().in("input \"" + signature_.inputs[i].name + "\"");
    } else if (signature_.inputs[i].optional) {
      program_->leave_out(i);
    } else {
      return invalid_argument("input \"" + signature_.inputs[i].name + "\" was left out");
    }
  }
  return {};
}

/// `rows` 0: all of them.
Result<void> NativeSession::take_input(std::size_t index, const TensorView& given,
                                       std::size_t first_row, std::size_t rows) {
  if (given.datatype != signature_.inputs[index].datatype)
    return invalid_argument(fmt::format("{} where {} belongs", glowplug::name_of(given.datatype),
                                        glowplug::name_of(signature_.inputs[index].datatype)));
  Operand& operand = program_->input(index);
  Shape8 shape;
  if (given.shape.size() > kMostDimensions)
    return invalid_argument(fmt::format("{} dimensions", given.shape.size()));
  shape.rank = static_cast<std::uint8_t>(given.shape.size());
  std::ranges::copy(given.shape, shape.dimensions.begin());
  if (rows != 0) shape.dimensions[0] = static_cast<std::int64_t>(rows);
  GLOWPLUG_TRY(operand.set(operand.element, shape.view()));
  if (operand.element == Element::text) return take_text(index, given, first_row, rows);
  const std::size_t row_bytes = rows == 0 ? 0 : operand.size_bytes() / rows;
  const std::size_t first = first_row * row_bytes;
  if (first > given.bytes.size() || operand.size_bytes() > given.bytes.size() - first)
    return invalid_argument(fmt::format("{} bytes for {}", given.bytes.size(), describe(operand)));
  take_aligned(index, given.bytes.subspan(first, operand.size_bytes()));
  return {};
}

void NativeSession::take_aligned(std::size_t index, std::span<const std::byte> bytes) {
  Operand& operand = program_->input(index);
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  const bool is_boolean = operand.element == Element::boolean;
  if (!is_boolean && address % size_of(operand.element) == 0) {
    // Read only: operations give to temporaries alone.
    operand.data = const_cast<std::byte*>(bytes.data());
    return;
  }
  auto& words = buffers_[index].words;
  words.resize((bytes.size() + sizeof(std::int64_t) - 1) / sizeof(std::int64_t));
  operand.data = reinterpret_cast<std::byte*>(words.data());
  if (is_boolean) {
    std::ranges::transform(bytes, operand.data, [](std::byte value) {
      return static_cast<std::byte>(value != std::byte{0});
    });
  } else {
    std::ranges::copy(bytes, operand.data);
  }
}

Result<void> NativeSession::take_text(std::size_t index, const TensorView& given,
                                      std::size_t first_row, std::size_t rows) {
  Operand& operand = program_->input(index);
  std::vector<std::string_view>& texts = buffers_[index].texts;
  if (first_row == 0) {
    texts.clear();
    std::span<const std::byte> rest = given.bytes;
    while (!rest.empty()) {
      std::uint32_t size = 0;
      if (rest.size() < sizeof size) return invalid_argument("a text is cut off");
      std::memcpy(&size, rest.data(), sizeof size);
      rest = rest.subspan(sizeof size);
      if (size > rest.size()) return invalid_argument("a text is cut off");
      texts.emplace_back(reinterpret_cast<const char*>(rest.data()), size);
      rest = rest.subspan(size);
    }
  }
  const std::size_t row_size = rows == 0 ? 0 : operand.count / rows;
  const std::size_t first = first_row * row_size;
  if (first > texts.size() || operand.count > texts.size() - first)
    return invalid_argument(fmt::format("{} texts for {}", texts.size(), describe(operand)));
  operand.data = reinterpret_cast<std::byte*>(texts.data() + first);
  return {};
}

Result<void> NativeSession::check_output(std::size_t index) const {
  const TensorSpec& spec = signature_.outputs[index];
  const Operand& found = program_->output(index);
  // Shapes may differ from the signature, as in other engines: converters write wrong ones.
  if (datatype_of(found.element) == spec.datatype) return {};
  return Error{Code::internal,
               fmt::format("output \"{}\" is {}, which its signature does not allow", spec.name,
                           describe(found)),
               {}};
}

Result<void> NativeSession::give_output(std::size_t index, OutputSink& sink) const {
  GLOWPLUG_TRY(check_output(index));
  const Operand& found = program_->output(index);
  const bool is_text = found.element == Element::text;
  const std::size_t size =
      is_text ? framed_size(found.values<std::string_view>()) : found.size_bytes();
  GLOWPLUG_ASSIGN(const std::span<std::byte> room,
                  sink.output(index, signature_.outputs[index].datatype, found.shape(), size));
  if (is_text) {
    frame(found.values<std::string_view>(), room.data());
  } else if (size != 0) {
    std::memcpy(room.data(), found.data, size);
  }
  return {};
}

Result<void> NativeSession::run_slices(std::span<const std::optional<TensorView>> inputs,
                                       std::span<const std::size_t> wanted, std::size_t rows,
                                       std::size_t slice) {
  for (const std::size_t index : wanted) sliced_outputs_[index].clear();
  for (std::size_t first = 0; first < rows; first += slice) {
    const std::size_t count = std::min(slice, rows - first);
    GLOWPLUG_TRY(take_inputs(inputs, first, count));
    GLOWPLUG_TRY(program_->run());
    GLOWPLUG_TRY(append_outputs(wanted, count));
  }
  return {};
}

Result<void> NativeSession::append_outputs(std::span<const std::size_t> wanted, std::size_t rows) {
  for (const std::size_t index : wanted) {
    GLOWPLUG_TRY(check_output(index));
    const Operand& found = program_->output(index);
    if (found.rank == 0 || found.dimensions[0] != static_cast<std::int64_t>(rows))
      return Error{Code::internal,
                   fmt::format("output \"{}\" is {} for {} rows", signature_.outputs[index].name,
                               describe(found), rows),
                   {}};
    auto& bytes = sliced_outputs_[index];
    const bool is_text = found.element == Element::text;
    const std::size_t size =
        is_text ? framed_size(found.values<std::string_view>()) : found.size_bytes();
    const std::size_t at = bytes.size();
    if (at + size > limits_.memory_bytes)
      return Error{Code::exhausted,
                   fmt::format("more than {} bytes of output \"{}\"", limits_.memory_bytes,
                               signature_.outputs[index].name),
                   "send fewer rows at once"};
    bytes.resize(at + size);
    if (is_text) {
      frame(found.values<std::string_view>(), bytes.data() + at);
    } else if (size != 0) {
      std::memcpy(bytes.data() + at, found.data, size);
    }
    sliced_shapes_[index] = {found.dimensions, found.rank};
  }
  return {};
}

Result<void> NativeSession::give_slices(std::size_t index, std::size_t rows,
                                        OutputSink& sink) const {
  Shape8 shape = sliced_shapes_[index];
  shape.dimensions[0] = static_cast<std::int64_t>(rows);
  const auto& bytes = sliced_outputs_[index];
  GLOWPLUG_ASSIGN(
      const std::span<std::byte> room,
      sink.output(index, signature_.outputs[index].datatype, shape.view(), bytes.size()));
  std::ranges::copy(bytes, room.begin());
  return {};
}

/// A run of one row has what every run costs; larger ones show what a row adds.
void NativeSession::learn(std::size_t rows, double ns) {
  constexpr double kWeight = 0.125;
  const double before = rows == 1 ? ns_per_run_ : ns_per_row_;
  const double sample =
      rows == 1 ? ns : std::max(0.0, ns - ns_per_run_) / static_cast<double>(rows - 1);
  // A run that was interrupted says nothing about the plan.
  const double counted = before == 0 ? sample : std::min(sample, 2 * before);
  (rows == 1 ? ns_per_run_ : ns_per_row_) =
      before == 0 ? counted : before + kWeight * (counted - before);
}

double NativeSession::estimated_cost_ns(std::size_t rows) const {
  const double more = ns_per_row_ == 0 ? ns_per_run_ : ns_per_row_;
  return ns_per_run_ + more * static_cast<double>(rows > 0 ? rows - 1 : 0);
}

}  // namespace glowplug::engine::native
