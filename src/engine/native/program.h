#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/native/arena.h"
#include "engine/native/operation.h"
#include "engine/native/plan.h"

namespace glowplug::engine::native {

/// Bounds of one run, so that no plan takes a process with it.
struct Limits {
  std::size_t memory_bytes = std::size_t{1} << 30;
  double work = 1e13;  ///< in multiplications, roughly: Operation::work
};

/// A plan made ready to run: its operations over operands that point into the plan, the caller's
/// inputs and one arena. No allocation in `run` with shapes that were there before or smaller.
class Program {
 public:
  /// `plan` must outlive the object. Errors: those of make_operation.
  [[nodiscard]] static Result<std::unique_ptr<Program>> create(const Plan& plan,
                                                               const Kernels& kernels,
                                                               const Limits& limits);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] std::size_t input_count() const { return input_count_; }
  /// Before `run`: its shape (Operand::set) and data, which stay valid until the end of the run.
  /// The element type must stay as the plan has it.
  [[nodiscard]] Operand& input(std::size_t index) { return operands_[index]; }
  /// Uses the default of an optional input.
  void leave_out(std::size_t index);
  /// After `run`.
  [[nodiscard]] const Operand& output(std::size_t index) const {
    return operands_[plan_.outputs()[index]];
  }
  /// Binds all operations if an input's shape is not that of the run before, and runs them. Errors:
  /// those of Operation::bind and run; exhausted (Limits).
  [[nodiscard]] Result<void> run();
  /// Of the last run.
  [[nodiscard]] double work() const { return work_; }
  [[nodiscard]] std::size_t operation_count() const { return steps_.size(); }

 private:
  struct Step {
    std::unique_ptr<Operation> operation;
    bool when_bound = false;  ///< depends on shapes and constants alone
  };
  Program(const Plan& plan, const Kernels& kernels, const Limits& limits)
      : plan_(plan), kernels_(kernels), limits_(limits) {}
  void set_operands();
  void set_texts(const ValueRecord& value, Operand& operand);
  [[nodiscard]] Result<void> make_steps();
  void find_lifetimes();
  [[nodiscard]] bool same_shapes() const;
  [[nodiscard]] Result<void> bind();
  [[nodiscard]] Result<void> bind_step(std::size_t index);
  [[nodiscard]] Result<void> run_when_bound(std::size_t index);
  [[nodiscard]] std::size_t index_of(const Operand& operand) const {
    return static_cast<std::size_t>(&operand - operands_.data());
  }

  const Plan& plan_;
  const Kernels& kernels_;
  const Limits limits_;
  std::size_t input_count_ = 0;
  std::vector<Operand> operands_;  ///< by value index; never resized: operations point into it
  std::vector<std::vector<std::string_view>> texts_;
  std::vector<Step> steps_;
  std::vector<std::size_t> last_use_;                 ///< of each value's memory, by value index
  std::vector<std::size_t> places_;                   ///< in the arena, by value index
  std::vector<Shape8> bound_shapes_;                  ///< of the inputs; empty: not bound
  std::vector<std::vector<std::byte>> bound_memory_;  ///< of steps with when_bound
  ArenaPlan arena_plan_;
  Arena arena_;
  double work_ = 0;
};

}  // namespace glowplug::engine::native
