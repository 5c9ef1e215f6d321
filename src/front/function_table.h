#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "front/oip/repository_codec.h"
#include "front/served_function.h"
#include "observe/metrics.h"

namespace glowplug::front {

/// The functions of a front by name: served, or known and unavailable. What was replaced stays
/// until its last request is answered. On the loop's thread.
class FunctionTable {
 public:
  /// Both outlive the table.
  FunctionTable(Loop& loop, observe::Metrics& metrics) : loop_(loop), metrics_(metrics) {}

  void serve(FunctionDescription description, std::unique_ptr<Backend> backend);
  void mark_unavailable(const std::string& name, const std::string& version, Error reason);
  void forget(const std::string& name);

  /// What answers for a name. `version`: empty for the one that is served. Errors: not_found (with
  /// "did you mean", or the version that is served); unavailable (why the function cannot answer).
  [[nodiscard]] Result<ServedFunction*> find(std::string_view name, std::string_view version) const;
  /// Null instead of an error.
  [[nodiscard]] ServedFunction* served(std::string_view name) const;
  [[nodiscard]] std::vector<ServedFunction*> all_served() const;
  /// Every name with its state and, where it cannot answer, the reason.
  [[nodiscard]] std::vector<oip::ModelIndex> index() const;
  [[nodiscard]] std::vector<std::string> names() const;
  /// Grows with every change of what is served.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  [[nodiscard]] std::size_t open_requests() const;
  void fail_all(const Error& error);
  /// Packs what waits in every queue that has something, and lets go of replaced versions that have
  /// answered everything.
  void flush();

 private:
  struct Entry {
    std::unique_ptr<ServedFunction> served;  // null: unavailable
    std::string version;
    Error reason;
  };
  Entry& retire(const std::string& name);
  void sweep();
  [[nodiscard]] Error unknown(std::string_view name) const;

  Loop& loop_;
  observe::Metrics& metrics_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::unique_ptr<ServedFunction>> retired_;
  std::vector<ServedFunction*> waiting_;  // served or retired ones with something to pack
  std::uint64_t generation_ = 0;
};

}  // namespace glowplug::front
