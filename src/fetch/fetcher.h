#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "fetch/transfer.h"

namespace glowplug::fetch {

/// One input to get.
struct Wanted {
  std::string label;  ///< for errors: "record 0"
  std::string url;
};

/// What one request wants fetched.
struct FetchJob {
  std::vector<Wanted> wanted;
  AllowList list;
  std::size_t max_bytes = 0;        ///< of each
  std::size_t max_total_bytes = 0;  ///< of all together
  Time deadline;                    ///< of all together
};

inline constexpr std::size_t kMostWanted = 100;

/// Gets the inputs of many requests at once, in one thread of its own, which starts with the first
/// job; up to 8 at a time for a request. A slow server holds up nobody but its own requests.
class Fetcher {
 public:
  /// One for each of `wanted`, or the first error, named by its label.
  using Done = std::function<void(Result<std::vector<Fetched>>)>;

  explicit Fetcher(ObjectStore store);
  /// Ends what is under way without calling its `done`.
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// Starts a job; its ticket is for `cancel`. From any thread; `done` is called once, on the
  /// fetcher's thread, and must not block. Errors, at once: those of target_of; too_large (more
  /// than kMostWanted); unavailable (more than 256 jobs under way, no libcurl); to `done`: those of
  /// Transfer.
  [[nodiscard]] Result<std::uint64_t> start(FetchJob job, Done done) EXCLUDES(mutex_);
  /// `done` will not be called any more, unless it is being called now. From any thread.
  void cancel(std::uint64_t ticket) EXCLUDES(mutex_);
  /// The same for who may wait.
  [[nodiscard]] Result<std::vector<Fetched>> get(FetchJob job);

 private:
  class Running;
  class Round;
  struct Asked {
    std::uint64_t ticket = 0;
    FetchJob job;
    std::vector<Target> targets;
    Done done;
  };
  [[nodiscard]] Result<void> start_thread() REQUIRES(mutex_);
  void serve() EXCLUDES(mutex_);

  const ObjectStore store_;
  const Curl* curl_ = nullptr;  // these two are set before the thread starts
  CURLM* multi_ = nullptr;
  Mutex mutex_;
  std::uint64_t next_ticket_ GUARDED_BY(mutex_) = 1;
  std::vector<Asked> asked_ GUARDED_BY(mutex_);
  std::vector<std::uint64_t> cancelled_ GUARDED_BY(mutex_);
  std::size_t open_ GUARDED_BY(mutex_) = 0;
  bool ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace glowplug::fetch
