#include "fetch/fetcher.h"

#include <fmt/format.h>

#include <future>
#include <optional>
#include <utility>

namespace glowplug::fetch {
namespace {

constexpr std::size_t kMostJobs = 256;
constexpr std::size_t kMostAtATime = 8;  // of one job
constexpr std::size_t kMostHeldBytes = std::size_t{256} << 20;
constexpr int kLongestPollMs = 60'000;

Result<std::vector<Target>> targets_of(const FetchJob& job, const ObjectStore& store) {
  if (job.wanted.size() > kMostWanted)
    return Error{Code::too_large,
                 fmt::format("{} inputs by reference in one request are more than the limit of {}",
                             job.wanted.size(), kMostWanted),
                 {}};
  std::vector<Target> targets;
  for (const Wanted& one : job.wanted) {
    auto target = target_of(one.url, job.list, store);
    if (!target) return std::move(target).error().in(one.label);
    targets.push_back(*std::move(target));
  }
  return targets;
}

}  // namespace

/// A job under way.
class Fetcher::Running {
 public:
  Running(Asked asked, const Curl& curl, CURLM* multi, const ObjectStore& store, HeldBytes& held)
      : asked_(std::move(asked)), curl_(curl), multi_(multi), held_(held) {
    request_bytes_.most = asked_.job.max_total_bytes;
    for (Target& target : asked_.targets)
      transfers_.push_back(std::make_unique<Transfer>(
          curl, std::move(target), asked_.job.list, store,
          Transfer::Limits{asked_.job.max_bytes, asked_.job.deadline, request_bytes_, held}));
    handles_.resize(transfers_.size());
    results_.resize(transfers_.size());
  }
  ~Running() {
    for (std::size_t i = 0; i < handles_.size(); ++i) remove(i);
    for (const Fetched& fetched : results_) held_.now -= fetched.bytes.size();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] std::uint64_t ticket() const { return asked_.ticket; }

  /// Starts as many as may run at a time. False: the job has ended.
  bool advance() {
    while (next_ < transfers_.size() && running_ < kMostAtATime) {
      if (!add(next_++)) return false;
    }
    if (running_ > 0) return true;
    std::vector<Fetched> all = std::exchange(results_, {});
    for (const Fetched& fetched : all) held_.now -= fetched.bytes.size();
    asked_.done(std::move(all));
    return false;
  }

  /// libcurl ended the hop of `transfer`. False: the job has ended.
  bool ended(const Transfer* transfer, CURLcode code) {
    std::size_t i = 0;
    while (transfers_[i].get() != transfer) ++i;
    remove(i);
    auto again = transfers_[i]->end(code);
    if (!again) return fail(i, std::move(again).error());
    if (*again) return add(i);
    results_[i] = transfers_[i]->take();
    return advance();
  }
  [[nodiscard]] bool has(const Transfer* transfer) const {
    for (const auto& one : transfers_)
      if (one.get() == transfer) return true;
    return false;
  }

 private:
  bool add(std::size_t i) {
    auto handle = transfers_[i]->begin();
    if (!handle) return fail(i, std::move(handle).error());
    handles_[i] = *handle;
    ++running_;
    if (curl_.multi_add_handle(multi_, *handle) == CURLM_OK) return true;
    return fail(i, Error{Code::unavailable, "libcurl does not start the fetch", {}});
  }
  void remove(std::size_t i) {
    CURL* const handle = std::exchange(handles_[i], nullptr);
    if (handle == nullptr) return;
    curl_.multi_remove_handle(multi_, handle);
    --running_;
  }
  bool fail(std::size_t i, Error error) {
    asked_.done(std::move(error).in(asked_.job.wanted[i].label));
    return false;
  }

  Asked asked_;
  const Curl& curl_;
  CURLM* multi_;
  HeldBytes& held_;
  HeldBytes request_bytes_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<CURL*> handles_;  // null: not in `multi_`
  std::vector<Fetched> results_;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
};

/// What the thread does between two waits.
class Fetcher::Round {
 public:
  explicit Round(Fetcher& fetcher) : fetcher_(fetcher) {}

  void begin(Asked asked) {
    auto running = std::make_unique<Running>(std::move(asked), *fetcher_.curl_, fetcher_.multi_,
                                             fetcher_.store_, held_);
    const std::uint64_t ticket = running->ticket();
    const bool goes_on = running->advance();
    jobs_.emplace(ticket, std::move(running));
    if (!goes_on) end(ticket);
  }
  void end(std::uint64_t ticket) {
    if (jobs_.erase(ticket) == 0) return;
    const MutexLock lock(fetcher_.mutex_);
    --fetcher_.open_;
  }
  void perform() {
    int running = 0;
    int left = 0;
    fetcher_.curl_->multi_perform(fetcher_.multi_, &running);
    while (const CURLMsg* const message = fetcher_.curl_->multi_info_read(fetcher_.multi_, &left)) {
      if (message->msg == CURLMSG_DONE) ended(message->easy_handle, message->data.result);
    }
  }

 private:
  void ended(CURL* handle, CURLcode code) {
    char* self = nullptr;
    fetcher_.curl_->easy_getinfo(handle, CURLINFO_PRIVATE, &self);
    const auto* const transfer = reinterpret_cast<const Transfer*>(self);
    for (const auto& [ticket, job] : jobs_) {
      if (!job->has(transfer)) continue;
      if (!job->ended(transfer, code)) end(std::uint64_t{ticket});
      return;
    }
  }

  Fetcher& fetcher_;
  HeldBytes held_{0, kMostHeldBytes};
  std::map<std::uint64_t, std::unique_ptr<Running>> jobs_;
};

Fetcher::Fetcher(ObjectStore store) : store_(std::move(store)) {}

Fetcher::~Fetcher() {
  if (!thread_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  curl_->multi_wakeup(multi_);
  thread_.join();
  curl_->multi_cleanup(multi_);
}

Result<void> Fetcher::start_thread() {
  if (thread_.joinable()) return {};
  GLOWPLUG_ASSIGN(curl_, Curl::open());
  if (multi_ == nullptr) multi_ = curl_->multi_init();
  if (multi_ == nullptr)
    return Error{Code::unavailable, "inputs cannot be fetched: libcurl does not start", {}};
  thread_ = std::thread([this] { serve(); });
  return {};
}

Result<std::uint64_t> Fetcher::start(FetchJob job, Done done) {
  GLOWPLUG_ASSIGN(std::vector<Target> targets, targets_of(job, store_));
  std::uint64_t ticket = 0;
  {
    const MutexLock lock(mutex_);
    if (open_ >= kMostJobs)
      return Error{
          Code::unavailable,
          fmt::format("{} requests wait for inputs by reference already (the most)", open_),
          {}};
    GLOWPLUG_TRY(start_thread());
    ticket = next_ticket_++;
    ++open_;
    asked_.push_back({ticket, std::move(job), std::move(targets), std::move(done)});
  }
  curl_->multi_wakeup(multi_);
  return ticket;
}

void Fetcher::cancel(std::uint64_t ticket) {
  {
    const MutexLock lock(mutex_);
    cancelled_.push_back(ticket);
  }
  curl_->multi_wakeup(multi_);
}

Result<std::vector<Fetched>> Fetcher::get(FetchJob job) {
  std::promise<Result<std::vector<Fetched>>> promise;
  auto future = promise.get_future();
  GLOWPLUG_TRY(start(std::move(job), [&promise](Result<std::vector<Fetched>> fetched) {
    promise.set_value(std::move(fetched));
  }));
  return future.get();
}

void Fetcher::serve() {
  Round round(*this);
  while (true) {
    std::vector<Asked> asked;
    std::vector<std::uint64_t> cancelled;
    {
      const MutexLock lock(mutex_);
      if (ending_) return;
      asked = std::exchange(asked_, {});
      cancelled = std::exchange(cancelled_, {});
    }
    for (Asked& one : asked) round.begin(std::move(one));
    for (const std::uint64_t ticket : cancelled) round.end(ticket);
    round.perform();
    curl_->multi_poll(multi_, nullptr, 0, kLongestPollMs, nullptr);
  }
}

}  // namespace glowplug::fetch
