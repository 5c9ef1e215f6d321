#include "gateway/cold_start.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "bundle/bundle.h"
#include "front/http/epoll_loop.h"
#include "instances/pool.h"
#include "instances/user_range.h"

namespace glowplug::gateway {
namespace {

using instances::Pool;

/// Long enough that the warm request still finds the instance, short for the next round.
constexpr Duration kIdleTimeout = milliseconds(20);
constexpr Duration kAheadWithin = seconds(1);
constexpr Duration kPatience = seconds(60);  // beyond the function's own limits

/// The inputs of one request, and the request over them.
class Question {
 public:
  Question(std::vector<std::optional<Tensor>> inputs, std::size_t outputs)
      : inputs_(std::move(inputs)) {
    for (const auto& input : inputs_) {
      if (input) {
        request_.inputs.push_back({true, input->shape, input->bytes});
      } else {
        request_.inputs.emplace_back();
      }
    }
    const bool has_rows = !inputs_.empty() && inputs_[0] && !inputs_[0]->shape.empty();
    request_.rows = has_rows ? inputs_[0]->shape[0] : 1;
    for (std::size_t i = 0; i < outputs; ++i) wanted_.push_back(i);
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  [[nodiscard]] front::Batch batch(Time deadline) const {
    front::Batch batch;
    batch.items = {{&request_}};
    batch.rows = request_.rows;
    batch.wanted = wanted_;
    batch.deadline = deadline;
    return batch;
  }

 private:
  std::vector<std::optional<Tensor>> inputs_;  // what the request points into
  InferRequest request_;
  std::vector<std::size_t> wanted_;
};

std::optional<Tensor> zeros(const TensorSpec& spec) {
  if (spec.optional) return std::nullopt;
  Tensor tensor{spec.datatype, spec.shape, {}};
  for (std::int64_t& dimension : tensor.shape) dimension = dimension < 0 ? 1 : dimension;
  const std::size_t count = element_count(tensor.shape) ? *element_count(tensor.shape) : 0;
  // A text element without letters is its length alone.
  tensor.bytes.resize(count * (spec.datatype == Datatype::bytes ? 4 : element_size(spec.datatype)));
  return tensor;
}

Result<std::vector<std::optional<Tensor>>> inputs_for(const Wanted& wanted,
                                                      const Signature& signature) {
  GLOWPLUG_ASSIGN(const bundle::Bundle opened,
                  bundle::Bundle::open(wanted.folder, bundle::Checks::hashes));
  const auto names = opened.sample_names();
  if (!names.empty()) {
    GLOWPLUG_ASSIGN(const bundle::Sample sample, opened.sample(names.front()));
    return bundle::inputs_of(sample, signature);
  }
  std::vector<std::optional<Tensor>> inputs;
  inputs.reserve(signature.inputs.size());
  for (const TensorSpec& spec : signature.inputs) inputs.push_back(zeros(spec));
  return inputs;
}

/// What one request told.
struct Answered {
  Duration took{0};
  Time at;
  front::Batch::Outcome outcome;
};

/// The parts of a gateway that a pool needs, and the steps of a measurement on them.
class Bench : private instances::PoolObserver {
 public:
  Bench(instances::PoolOptions options, std::vector<std::optional<Tensor>> inputs,
        std::function<bool()> interrupted, Log& log)
      : options_(std::move(options)),
        interrupted_(std::move(interrupted)),
        question_(std::move(inputs), options_.signature.outputs.size()),
        log_(log) {}
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() override = default;

  /// One start without any process before it.
  Result<ColdStartRound> from_nothing() {
    GLOWPLUG_ASSIGN(auto pool, make_pool());
    auto round = cold_round(*pool);
    GLOWPLUG_TRY(end(std::move(pool)));
    return round;
  }

  /// `rounds` starts from one template. The first one of a pool also makes a ring, as it does once
  /// in `serve`, and is left out.
  Result<void> from_template(std::uint32_t rounds,
                             const std::function<void(ColdStartRound)>& measured) {
    GLOWPLUG_ASSIGN(auto pool, make_pool());
    for (std::uint32_t i = 0; i <= rounds; ++i) {
      GLOWPLUG_ASSIGN(ColdStartRound round, cold_round(*pool));
      GLOWPLUG_TRY(wait_for("the instance to leave", [&] {
        // Not by the counts: an instance may answer before the word of its fork comes.
        const instances::InstancesByState now = pool->snapshot().instances;
        return now.starting + now.idle + now.busy + now.parked + now.leaving == 0;
      }));
      GLOWPLUG_TRY(let_fork_ahead(*pool));
      if (i > 0) measured(std::move(round));
    }
    return end(std::move(pool));
  }

 private:
  /// As it is when a function has slept for a moment. A child that cannot be had is not waited for.
  Result<void> let_fork_ahead(const Pool& pool) {
    if (!instances::forks_ahead(options_.settings, options_.spec.engine)) return {};
    bool enough = false;
    const auto alarm = loop_.at(loop_.now() + kAheadWithin, [&] { enough = true; });
    return wait_for("the next child", [&] { return enough || pool.snapshot().forked_ahead; });
  }

  [[nodiscard]] Result<std::unique_ptr<Pool>> make_pool() {
    return Pool::create({loop_, keeper_, cgroups_, budget_, log_}, options_, this);
  }

  Result<ColdStartRound> cold_round(Pool& pool) {
    start_.reset();
    GLOWPLUG_ASSIGN(const Answered cold, ask(pool));
    if (!start_)
      return Error{Code::internal, "a start was answered that the pool did not tell of", {}};
    ColdStartRound round;
    round.total = round.rest = cold.took;
    if (start_->after_template) add(phases_of(*start_->after_template), round);
    add(phases_of(*start_), round);
    extend_answer(cold, round);
    GLOWPLUG_ASSIGN(const Answered warm, ask_warm(pool));
    round.warm = warm.took;
    const RunTiming& inside = warm.outcome.timing;
    round.warm_run = inside.input + inside.run + inside.output;
    return round;
  }

  static void add(const std::vector<instances::StartPhase>& phases, ColdStartRound& round) {
    for (const instances::StartPhase& phase : phases) {
      round.phases.push_back(phase);
      round.rest -= phase.duration;
    }
  }

  /// The pool's last phase ends when it sees the reply; here when the answer is handed back.
  void extend_answer(const Answered& answered, ColdStartRound& round) const {
    const Duration more =
        std::clamp(answered.at - start_->replied, Duration(0), std::max(round.rest, Duration(0)));
    round.phases.back().duration += more;
    round.rest -= more;
  }

  /// On a busy machine the instance may have left meanwhile.
  Result<Answered> ask_warm(Pool& pool) {
    constexpr int kTries = 10;
    for (int i = 1;; ++i) {
      GLOWPLUG_ASSIGN(Answered answered, ask(pool));
      if (!answered.outcome.cold || i == kTries) return answered;
    }
  }

  Result<Answered> ask(Pool& pool) {
    // Shared: the pool ends what it has left when it goes.
    struct Asked {
      Time began;
      std::optional<Answered> answered;
    };
    const auto asked = std::make_shared<Asked>();
    front::Batch batch = question_.batch(Clock::now() + options_.settings.timeout);
    batch.done = [asked](front::Batch::Outcome outcome) {
      const Time now = Clock::now();
      asked->answered.emplace(Answered{now - asked->began, now, std::move(outcome)});
    };
    asked->began = Clock::now();
    pool.submit(std::move(batch));
    GLOWPLUG_TRY(wait_for("an answer", [&] { return asked->answered.has_value(); }));
    if (!asked->answered->outcome.outputs)
      return std::move(asked->answered->outcome.outputs).error();
    return std::move(*asked->answered);
  }

  /// Until its processes are gone: the keeper works in order and has reaped them by then.
  Result<void> end(std::unique_ptr<Pool> pool) {
    bool drained = false;
    pool->drain([&] { drained = true; });
    GLOWPLUG_TRY(wait_for("the function to end", [&] { return drained; }));
    pool.reset();
    bool reaped = false;
    keeper_.run(loop_, [] { return true; }, [&](bool) { reaped = true; });
    return wait_for("its processes to end", [&] { return reaped; });
  }

  Result<void> wait_for(const char* what, const std::function<bool()>& holds) {
    if (holds()) return {};
    bool late = false;
    const auto alarm =
        loop_.at(loop_.now() + options_.load_timeout + options_.settings.timeout + kPatience, [&] {
          late = true;
          loop_.stop();
        });
    loop_.run([&] {
      if (holds() || interrupted_()) loop_.stop();
    });
    if (interrupted_()) return Error{Code::cancelled, "interrupted", {}};
    if (!late) return {};
    return Error{Code::deadline_exceeded, std::string("waited too long for ") + what, {}};
  }

  void on_cold_start(const instances::ColdStart& start) override { start_ = start; }

  instances::PoolOptions options_;
  std::function<bool()> interrupted_;
  Question question_;
  Log& log_;
  front::http::EpollLoop loop_;
  instances::CgroupHost cgroups_ = instances::CgroupHost::detect({});
  instances::TemplateBudget budget_{std::numeric_limits<std::uint64_t>::max()};
  instances::Keeper keeper_;
  std::optional<instances::ColdStart> start_;
};

/// As Gateway makes them, but for what would keep instances.
Result<instances::PoolOptions> pool_options(const ColdStartOptions& options,
                                            LoadedFunction& loaded) {
  instances::UserRange users;
  if (options.loader.sandbox && users.usable()) {
    GLOWPLUG_ASSIGN(loaded.spec.run_as, users.user_for(loaded.wanted.name));
  }
  instances::PoolOptions pool{.function = loaded.wanted.name,
                              .version = loaded.wanted.version,
                              .signature = loaded.description.signature,
                              .settings = loaded.wanted.settings,
                              .spec = loaded.spec,
                              .handler_program = options.handler_program,
                              .ring = {}};
  pool.settings.min_instances = pool.settings.parked = 0;
  pool.settings.keep_warm = {};
  pool.settings.max_instances = 1;
  pool.settings.idle_timeout = kIdleTimeout;
  return pool;
}

}  // namespace

Result<ColdStarts> measure_cold_starts(const ColdStartOptions& options, FunctionSource& source,
                                       Log& log) {
  GLOWPLUG_ASSIGN(LoadedFunction loaded, load_function(options.wanted, source, options.loader));
  GLOWPLUG_ASSIGN(auto inputs, inputs_for(loaded.wanted, loaded.description.signature));
  GLOWPLUG_ASSIGN(instances::PoolOptions pool, pool_options(options, loaded));
  ColdStarts starts;
  starts.in_loop = loaded.native.has_value();
  starts.form = starts.in_loop ? "native" : loaded.spec.prepared ? "prepared" : "portable";
  starts.form_reason = loaded.form_reason;
  Bench bench(std::move(pool), std::move(inputs), options.interrupted, log);
  const std::uint32_t all = 2 * options.rounds;
  for (std::uint32_t i = 0; i < options.rounds; ++i) {
    GLOWPLUG_ASSIGN(ColdStartRound round, bench.from_nothing());
    starts.from_nothing.push_back(std::move(round));
    options.progress(i + 1, all);
  }
  GLOWPLUG_TRY(bench.from_template(options.rounds, [&](ColdStartRound round) {
    starts.from_template.push_back(std::move(round));
    options.progress(options.rounds + static_cast<std::uint32_t>(starts.from_template.size()), all);
  }));
  return starts;
}

}  // namespace glowplug::gateway
