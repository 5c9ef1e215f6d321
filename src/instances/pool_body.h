#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "instances/circuit_breaker.h"
#include "instances/instance.h"
#include "instances/pool.h"
#include "instances/ring/doorbell.h"
#include "instances/template_link.h"
#include "scale/instance_count.h"
#include "scale/use_rate.h"

namespace glowplug::instances {

/// How long the pool takes for things, learned from those that it has seen: an exponentially
/// weighted mean, in which the last eight count for two thirds.
class Estimate {
 public:
  explicit Estimate(Duration first) : mean_(first) {}
  void saw(Duration sample) { mean_ += (sample - mean_) / 8; }
  void begin_with(Duration value) { mean_ = value; }
  [[nodiscard]] Duration mean() const { return mean_; }

 private:
  Duration mean_;
};

/// What Pool does. pool_body.cpp: its beginning and end, and what follows from every change;
/// pool_work.cpp: batches in and out; pool_template.cpp and pool_instances.cpp: how these come and
/// go; pool_schedule.cpp: keeping warm by the clock; pool_time.cpp: what has to happen at a certain
/// time; pool_figures.cpp: what it tells.
class Pool::Body final : private TemplateEvents {
 public:
  Body(const PoolParts& parts, PoolOptions options, PoolObserver* observer, Doorbell doorbell);
  ~Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  [[nodiscard]] Result<void> begin();
  [[nodiscard]] const Signature& signature() const { return options_.signature; }
  [[nodiscard]] std::size_t free_batches() const;
  [[nodiscard]] std::size_t idle_instances() const;
  void submit(front::Batch batch);
  void backlog(std::size_t batches, Duration oldest);
  void on_room(std::function<void()> call) { room_ = std::move(call); }
  [[nodiscard]] Result<void> health() const;
  void warm();
  void drain(std::function<void()> drained);
  [[nodiscard]] PoolSnapshot snapshot() const;
  void refresh_memory();

 private:
  struct Tally {  // of the slots
    std::uint32_t alive = 0;
    std::uint32_t unoccupied = 0;
    std::uint32_t with_room_behind = 0;
    std::uint32_t in_flight = 0;
    std::uint32_t not_absent = 0;
  };

  [[nodiscard]] Time now() const { return parts_.loop.now(); }
  [[nodiscard]] Tally tally() const;
  [[nodiscard]] bool can_fork() const;
  void post(void (Body::*task)());

  // pool_body.cpp
  void settle();
  void keep_enough();
  void drain_step();
  void finish_drain();
  void update_budget();
  void enter_budget();
  void measure_idle_template();
  void evicted(const TemplateBudget::Eviction& why);
  void note_if_asleep();
  [[nodiscard]] bool in_use() const;
  [[nodiscard]] bool template_is_idle() const;
  [[nodiscard]] scale::InstanceLoad load() const;
  [[nodiscard]] std::uint32_t wanted_without_backlog() const;

  // pool_work.cpp
  [[nodiscard]] scale::PlacementChoice placement(const Tally& tally) const;
  [[nodiscard]] Result<Instance*> instance_for_batch();
  [[nodiscard]] Instance* best_unoccupied();
  [[nodiscard]] Instance* with_room_behind();
  void answer_later(front::Batch batch, const Error& error);
  void take_replies();
  void take_replies_of(Instance& instance, std::vector<FinishedBatch>& finished);
  void learn_from_reply(Instance& instance);
  void name_limit(Result<std::vector<Tensor>>& outputs) const;
  void note_cold_start(const ColdStart& start);
  void log_cold_start(pid_t pid, const ColdStart& start);
  void hand_over(std::vector<FinishedBatch> finished);
  void room();

  // pool_template.cpp
  void start_template();
  void stop_template();
  void on_template_ready(const TemplateReady& ready) override;
  void on_ahead(pid_t pid) override;
  void on_template_ended(Error why, bool refused) override;
  [[nodiscard]] Result<void> check_ready(const TemplateReady& ready) const;
  void log_ready(const TemplateReady& ready);

  // pool_instances.cpp
  void on_forked(std::uint32_t slot, pid_t pid, UniqueFd pidfd) override;
  void on_fork_failed(std::uint32_t slot, int errno_value) override;
  void on_exited(std::uint32_t slot, pid_t pid, ExitStatus status) override;
  [[nodiscard]] Instance* slot_at(std::uint32_t slot);
  [[nodiscard]] Result<Instance*> absent_slot();
  [[nodiscard]] Result<Instance*> ask_for_instance();
  void send_forks();
  [[nodiscard]] Result<void> send_fork(Instance& instance);
  void refuse_waiting();
  void give_up(Instance& instance, const Error& why);
  void process_ended(Instance& instance);
  void orphan(Instance& instance, const std::string& why);
  void tell_end(Instance& instance, std::optional<ExitStatus> status);
  [[nodiscard]] std::string describe_end(const Instance& instance,
                                         std::optional<ExitStatus> status);
  [[nodiscard]] std::string memory_limit() const;
  void count_end(const Instance& instance, const std::string& how, std::size_t begun);
  void clear(Instance& instance);
  void clear_with_new_ring(Instance& instance);

  // pool_schedule.cpp
  void look_at_schedule();
  [[nodiscard]] std::uint32_t least_instances() const;

  // pool_time.cpp
  void arm(Time when);
  void tick();
  void tick_instance(Instance& instance);
  void let_idle_leave();
  [[nodiscard]] Time next_tick() const;
  [[nodiscard]] Time next_tick_of(const Instance& instance) const;
  [[nodiscard]] Time next_idle_leave() const;
  [[nodiscard]] Time next_worth_starting() const;

  PoolParts parts_;
  PoolOptions options_;
  PoolObserver* observer_;
  Doorbell doorbell_;
  Loop::Handle doorbell_watch_;
  std::function<void()> room_;
  CircuitBreaker breaker_;
  std::vector<std::unique_ptr<Instance>> slots_;
  std::uint64_t next_sequence_ = 1;

  std::unique_ptr<TemplateLink> link_;
  std::vector<bool> ring_known_;  // by slot: the template has been given its ring
  Time template_asked_;
  std::optional<TemplateStart> template_start_;  // given to the instances that waited for it
  std::uint64_t template_bytes_ = 0;             // as last measured, or else as the template said
  Duration template_cost_{0};                    // its last start, with the first run in it
  bool template_was_ready_ = false;
  bool template_proven_ = false;  // an instance of it has answered
  bool warm_wanted_ = false;      // started without a request
  std::uint64_t out_of_memory_seen_ = 0;
  bool missing_told_ = false;
  std::optional<TemplateBudget::Place> place_;
  bool sizing_ = false;  // the keeper measures the idle template
  pid_t ahead_ = 0;      // by the template's word: its child forked ahead
  scale::UseRate wakes_{scale::kTemplateUseHalfLife};

  std::size_t waiting_batches_ = 0;
  Time oldest_waits_since_;  // of the waiting batches
  std::optional<Time> last_used_;
  std::uint32_t scheduled_ = 0;        // by keep_warm, in this minute
  Time schedule_until_ = Time::max();  // when it is looked at again; never without keep_warm
  bool schedule_problem_told_ = false;
  Estimate run_time_{milliseconds(1)};
  Estimate start_time_{milliseconds(2)};

  bool draining_ = false;
  std::function<void()> drained_;
  PoolCounts counts_;
  PoolMemory memory_;
  bool measuring_ = false;
  Loop::Handle timer_;
  Time timer_at_ = Time::max();
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace glowplug::instances
