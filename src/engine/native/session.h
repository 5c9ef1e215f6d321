#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/file.h"
#include "engine/engine.h"
#include "engine/native/plan.h"
#include "engine/native/program.h"

namespace glowplug::engine::native {

/// One plan, opened: what it needs is the mapped file and an arena. Starts no thread, opens nothing
/// later, so it may be forked or dropped at any time between two runs.
class NativeSession final : public engine::Session {
 public:
  /// Errors: those of MappedFile::open; with the file's name: invalid_argument (not a plan, or one
  /// that could not be followed), failed_precondition (of another version).
  [[nodiscard]] static Result<std::unique_ptr<NativeSession>> open(
      const std::filesystem::path& file, const Kernels& kernels, const Limits& limits = {});
  /// The same of bytes that lie at a multiple of 64 and outlive the session.
  [[nodiscard]] static Result<std::unique_ptr<NativeSession>> of_bytes(
      std::span<const std::byte> bytes, const Kernels& kernels, const Limits& limits = {});

  [[nodiscard]] const Signature& signature() const override { return signature_; }
  /// Rows of a plan whose rows do not depend on each other are run a few hundred at a time.
  [[nodiscard]] Result<RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                      std::span<const std::size_t> wanted,
                                      OutputSink& sink) override;
  /// Multiplications of the last run, roughly (Operation::work).
  [[nodiscard]] double work() const { return program_->work(); }
  /// What a run of `rows` rows will take, by what the plan does and how long runs took so far. Zero
  /// before the first run.
  [[nodiscard]] double estimated_cost_ns(std::size_t rows) const;

 private:
  NativeSession(Plan plan, const Limits& limits) : plan_(plan), limits_(limits) {}
  [[nodiscard]] Result<void> prepare(const Kernels& kernels);
  [[nodiscard]] Result<void> read_signature();
  [[nodiscard]] Result<void> take_input(std::size_t index, const TensorView& given,
                                        std::size_t first_row, std::size_t rows);
  [[nodiscard]] Result<void> take_text(std::size_t index, const TensorView& given,
                                       std::size_t first_row, std::size_t rows);
  void take_aligned(std::size_t index, std::span<const std::byte> bytes);
  [[nodiscard]] Result<void> take_inputs(std::span<const std::optional<TensorView>> inputs,
                                         std::size_t first_row, std::size_t rows);
  /// How many rows to run at once; 0: all, without slices.
  [[nodiscard]] std::size_t slice_rows(std::span<const std::optional<TensorView>> inputs) const;
  [[nodiscard]] Result<void> run_slices(std::span<const std::optional<TensorView>> inputs,
                                        std::span<const std::size_t> wanted, std::size_t rows,
                                        std::size_t slice);
  [[nodiscard]] Result<void> append_outputs(std::span<const std::size_t> wanted, std::size_t rows);
  [[nodiscard]] Result<void> give_output(std::size_t index, OutputSink& sink) const;
  [[nodiscard]] Result<void> give_slices(std::size_t index, std::size_t rows,
                                         OutputSink& sink) const;
  [[nodiscard]] Result<void> check_output(std::size_t index) const;
  void learn(std::size_t rows, double ns);

  /// Memory of one input whose bytes cannot be used where they are.
  struct Buffer {
    std::vector<std::int64_t> words;  // of numbers, aligned for all of them
    std::vector<std::string_view> texts;
  };

  std::optional<MappedFile> file_;
  Plan plan_;
  const Limits limits_;
  Signature signature_;
  std::unique_ptr<Program> program_;
  std::vector<Buffer> buffers_;
  std::vector<std::vector<std::byte>> sliced_outputs_;  ///< by output; framed text
  std::vector<Shape8> sliced_shapes_;                   ///< of one slice
  double ns_per_run_ = 0;
  double ns_per_row_ = 0;
};

}  // namespace glowplug::engine::native
