#include "gateway/gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bundle/manifest.h"

namespace glowplug::gateway {
namespace {

/// Up to so many functions have their templates started before the first request; a store with more
/// would spend minutes and memory on functions that nobody may call.
constexpr std::size_t kMostWarmedAtStart = 8;

/// A slot holds one batch: what bodies can carry, and room for what JSON spells shorter than
/// binary.
constexpr std::size_t kLeastSlotBytes = std::size_t{64} << 20;

FunctionBackend& backend_of(front::ServedFunction& served) {
  return static_cast<FunctionBackend&>(*served.backend);  // this gateway made all of them
}

Error unloaded(const std::string& name) {
  return Error{Code::unavailable, "it was unloaded",
               fmt::format("POST /v2/repository/models/{}/load loads it again", name)};
}

}  // namespace

Gateway::Gateway(const instances::PoolParts& parts, instances::Keeper& reader,
                 observe::Metrics& metrics, front::AccessLog& access_log,
                 std::unique_ptr<FunctionSource> source, GatewayOptions options)
    : parts_(parts),
      reader_(reader),
      metrics_(metrics),
      source_(std::move(source)),
      options_(std::move(options)),
      change_user_(options_.loader.sandbox && users_.usable()),
      front_(parts.loop, metrics, access_log, *this,
             {options_.version, options_.max_body_bytes, options_.fetcher}),
      takeovers_(parts.loop) {
  front_.before_metrics([this](std::function<void()> done) { measure_memory(std::move(done)); });
}

Result<void> Gateway::load_at_start() {
  GLOWPLUG_ASSIGN(std::vector<PlannedFunction> plan,
                  plan_all(*source_, served_, unloaded_, options_.loader));
  std::optional<Error> first_problem;
  for (const PlannedFunction& planned : plan) {
    const auto* problem = std::get_if<Error>(&planned.step);
    if (problem != nullptr && !first_problem) first_problem = *problem;
  }
  apply_all(std::move(plan));
  if (served_.empty() && first_problem) return *std::move(first_problem);
  const auto functions = front_.functions();
  if (functions.size() > kMostWarmedAtStart) return {};
  for (front::ServedFunction* served : functions) backend_of(*served).warm();
  return {};
}

void Gateway::reload() {
  reader_.run(
      parts_.loop,
      [source = source_, served = served_, skipped = unloaded_, options = options_.loader] {
        return plan_all(*source, served, skipped, options);
      },
      [this](Result<std::vector<PlannedFunction>> plan) {
        if (!plan) return parts_.log.error("reload_failed", plan.error().message);
        apply_all(*std::move(plan));
        parts_.log.info("reloaded", "the functions were read again",
                        {{"functions", static_cast<std::int64_t>(served_.size())}});
      });
}

void Gateway::apply_all(std::vector<PlannedFunction> plan) {
  std::set<std::string> names;
  for (PlannedFunction& planned : plan) {
    names.insert(planned.name);
    const Entry entry = served_.contains(planned.name) ? Entry::when_ready : Entry::at_once;
    apply(std::move(planned), entry, [](const Result<void>&) {});  // the log has it
  }
  forget_all_but(names);
}

void Gateway::apply(PlannedFunction planned, Entry entry, const Done& done) {
  if (std::holds_alternative<PlannedFunction::Unchanged>(planned.step)) return done({});
  if (auto* loaded = std::get_if<LoadedFunction>(&planned.step))
    return start(std::move(*loaded), entry, done);
  const Error& problem = std::get<Error>(planned.step);
  refuse(planned.name, planned.version, problem);
  done(problem);
}

void Gateway::start(LoadedFunction loaded, Entry entry, const Done& done) {
  const Wanted wanted = loaded.wanted;
  const auto now = served_.find(wanted.name);
  if (now != served_.end() && now->second.same_as(wanted)) return done({});
  if (entry == Entry::when_ready && takeovers_.expects(wanted)) return done({});
  auto arrival = make_arrival(std::move(loaded));
  if (!arrival) {
    refuse(wanted.name, wanted.version, arrival.error());
    return done(std::move(arrival).error());
  }
  if (entry == Entry::at_once) {
    put_in_place(*std::move(arrival));
    return done({});
  }
  takeovers_.begin(*std::move(arrival), [this, done](Arrival arrived, Result<void> outcome) {
    if (outcome) {
      put_in_place(std::move(arrived));
    } else if (outcome.error().code != Code::cancelled) {
      refuse(arrived.wanted.name, arrived.wanted.version, outcome.error());
    }
    done(std::move(outcome));
  });
}

Result<Arrival> Gateway::make_arrival(LoadedFunction loaded) {
  const Wanted& wanted = loaded.wanted;
  if (change_user_) {
    GLOWPLUG_ASSIGN(loaded.spec.run_as, users_.user_for(wanted.name));
  }
  const std::string form = loaded.native          ? "native"
                           : loaded.spec.prepared ? "prepared"
                                                  : "portable";
  parts_.log.info("function_loaded", loaded.form_reason,
                  {{"function", wanted.name},
                   {"version", wanted.version},
                   {"digest", wanted.digest},
                   {"engine", loaded.description.engine},
                   {"form", form},
                   {"not_native", loaded.not_native}});
  const std::size_t slot_bytes = std::max<std::size_t>(kLeastSlotBytes, options_.max_body_bytes);
  instances::PoolOptions pool{.function = wanted.name,
                              .version = wanted.version,
                              .signature = loaded.description.signature,
                              .settings = wanted.settings,
                              .spec = std::move(loaded.spec),
                              .handler_program = options_.handler_program,
                              .ring = {slot_bytes, slot_bytes}};
  if (loaded.native) {  // it needs none
    pool.settings.min_instances = pool.settings.parked = 0;
    pool.settings.keep_warm = {};
  }
  GLOWPLUG_ASSIGN(std::unique_ptr<FunctionBackend> backend,
                  PoolBackend::create(parts_, std::move(pool), std::move(loaded.lease),
                                      metrics_.function(wanted.name, wanted.version)));
  if (loaded.native)
    backend = std::make_unique<NativeBackend>(parts_.loop, *std::move(loaded.native),
                                              loaded.description.signature, std::move(backend));
  return Arrival{wanted, std::move(loaded.description), form, std::move(backend)};
}

void Gateway::put_in_place(Arrival arrival) {
  const std::string name = arrival.wanted.name;
  front_.serve(std::move(arrival.description), std::move(arrival.backend));
  parts_.log.info("function_served", "requests go to this version from now on",
                  {{"function", name}, {"version", arrival.wanted.version}});
  served_[name] = std::move(arrival.wanted);
  forms_[name] = std::move(arrival.form);
  unloaded_.erase(name);
}

void Gateway::refuse(const std::string& name, const std::string& version, const Error& reason) {
  const bool goes_on = served_.contains(name);
  if (!goes_on && reason.code == Code::not_found) return;  // asked for by a client; not known here
  parts_.log.error(
      "function_not_loaded",
      goes_on ? "the version served before goes on: " + reason.message : reason.message,
      {{"function", name}, {"version", version}, {"fix", reason.fix}});
  if (!goes_on) front_.mark_unavailable(name, version, reason);
}

void Gateway::drop(const std::string& name) {
  takeovers_.cancel(name);
  served_.erase(name);
  forms_.erase(name);
}

void Gateway::forget_all_but(const std::set<std::string>& names) {
  for (const front::oip::ModelIndex& known : front_.entries()) {
    if (names.contains(known.name)) continue;
    front_.forget(known.name);
    drop(known.name);
    unloaded_.erase(known.name);
    parts_.log.info("function_removed", "it is no longer served", {{"function", known.name}});
  }
}

std::vector<StartRow> Gateway::rows() const {
  std::vector<StartRow> rows;
  for (const front::oip::ModelIndex& known : front_.entries()) {
    StartRow row{known.name, known.version, {}, {}, {}, {}, known.reason};
    if (const front::ServedFunction* served = front_.find(known.name)) {
      row.digest = bundle::short_digest(served_.at(known.name).digest);
      row.engine = served->about.engine;
      row.form = forms_.at(known.name);
      row.sleeps_after = served->about.settings.idle_timeout;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void Gateway::index(std::function<void(Result<std::vector<front::oip::ModelIndex>>)> done) {
  reader_.run(
      parts_.loop, [source = source_] { return source->all(); },
      [this, done = std::move(done)](Result<std::vector<Listed>> listed) {
        if (!listed) return done(std::move(listed).error());
        auto entries = front_.entries();
        for (const Listed& one : *listed) {
          const bool known = std::ranges::any_of(
              entries, [&](const auto& entry) { return entry.name == one.name; });
          if (!known) entries.push_back({one.name, {}, {}, {}});
        }
        done(std::move(entries));
      });
}

void Gateway::load(const std::string& name, std::function<void(Result<void>)> done) {
  reader_.run(
      parts_.loop,
      [source = source_, name, served = served_, options = options_.loader] {
        return plan_one(*source, name, served, options);
      },
      [this, done = std::move(done)](PlannedFunction planned) {
        apply(std::move(planned), Entry::when_ready, done);
      });
}

void Gateway::unload(const std::string& name, std::function<void(Result<void>)> done) {
  const auto entries = front_.entries();
  const auto known =
      std::ranges::find_if(entries, [&](const auto& entry) { return entry.name == name; });
  if (known == entries.end()) {
    return done(Error{Code::not_found, fmt::format("no function is named \"{}\"", name), {}});
  }
  front_.mark_unavailable(name, known->version, unloaded(name));
  drop(name);
  unloaded_.insert(name);
  parts_.log.info("function_unloaded", "it was unloaded by a client", {{"function", name}});
  done({});
}

/// The keeper works in order, so that what is put behind the measurements ends after them.
void Gateway::measure_memory(std::function<void()> done) {
  for (front::ServedFunction* served : front_.functions()) backend_of(*served).refresh_memory();
  parts_.keeper.run(parts_.loop, [] { return true; }, [done = std::move(done)](bool) { done(); });
}

}  // namespace glowplug::gateway
