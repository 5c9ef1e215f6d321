#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "front/front.h"
#include "front/oip/repository_codec.h"
#include "gateway/announcement.h"
#include "gateway/function_loader.h"
#include "gateway/function_source.h"
#include "gateway/load_plan.h"
#include "gateway/native_backend.h"
#include "gateway/pool_backend.h"
#include "gateway/takeovers.h"
#include "instances/pool.h"
#include "instances/user_range.h"
#include "observe/metrics.h"

namespace glowplug::gateway {

struct GatewayOptions {
  std::string version;  ///< of the program
  std::filesystem::path handler_program;
  LoaderOptions loader;
  std::uint64_t max_body_bytes = std::uint64_t{64} << 20;
  fetch::Fetcher* fetcher = nullptr;  ///< outlives the gateway
};

/// The functions of a source, each behind a front with a pool of instances; follows the source when
/// told to. On the loop's thread.
///
/// Disks are read by a thread of its own: hashing a large bundle must not hold up the keeper, which
/// starts templates for waiting requests.
///
/// A new version takes over when its template is ready. One that cannot be loaded does not take the
/// place of one that answers: that goes on, and the log says why. A name that never answered is
/// known but not ready, with the reason.
class Gateway : public front::Repository {
 public:
  /// All of `parts`, `reader`, `metrics` and `access_log` outlive *this. Keeper and reader may hold
  /// chores of this gateway when it is destroyed, but the loop must not run their ends any more.
  Gateway(const instances::PoolParts& parts, instances::Keeper& reader, observe::Metrics& metrics,
          front::AccessLog& access_log, std::unique_ptr<FunctionSource> source,
          GatewayOptions options);

  [[nodiscard]] front::Front& front() { return front_; }

  /// Loads everything before the loop runs, on the calling thread, and has the first templates
  /// started. Errors: those of the source; the first one of a function if there are functions and
  /// none can be served.
  [[nodiscard]] Result<void> load_at_start();
  /// Reads the source again: new versions take over, old ones finish what they have. Functions that
  /// were unloaded stay so.
  void reload();
  /// For the table at start.
  [[nodiscard]] std::vector<StartRow> rows() const;

  void index(std::function<void(Result<std::vector<front::oip::ModelIndex>>)> done) override;
  void load(const std::string& name, std::function<void(Result<void>)> done) override;
  void unload(const std::string& name, std::function<void(Result<void>)> done) override;

 private:
  using Done = std::function<void(Result<void>)>;
  /// When a loaded function is put into the front.
  enum class Entry {
    at_once,     ///< requests wait for its template
    when_ready,  ///< after its template has started
  };
  void apply_all(std::vector<PlannedFunction> plan);
  void apply(PlannedFunction planned, Entry entry, const Done& done);
  void start(LoadedFunction loaded, Entry entry, const Done& done);
  [[nodiscard]] Result<Arrival> make_arrival(LoadedFunction loaded);
  void put_in_place(Arrival arrival);
  void refuse(const std::string& name, const std::string& version, const Error& reason);
  void drop(const std::string& name);
  void forget_all_but(const std::set<std::string>& names);
  void measure_memory(std::function<void()> done);

  instances::PoolParts parts_;
  instances::Keeper& reader_;
  observe::Metrics& metrics_;
  std::shared_ptr<FunctionSource> source_;  // shared with chores of the reader, one at a time there
  GatewayOptions options_;
  instances::UserRange users_;
  bool change_user_ = false;
  WantedByName served_;
  std::map<std::string, std::string> forms_;  // of what is served: "prepared" or "portable"
  std::set<std::string> unloaded_;
  front::Front front_;
  Takeovers takeovers_;
};

}  // namespace glowplug::gateway
