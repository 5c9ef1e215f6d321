#include "front/function_table.h"

#include <fmt/format.h>

#include <utility>

#include "base/nearest.h"
#include "front/hide_paths.h"

namespace glowplug::front {

void FunctionTable::serve(FunctionDescription description, std::unique_ptr<Backend> backend) {
  const std::string name = description.name;
  auto metrics = metrics_.function(name, description.version);
  auto served = std::make_unique<ServedFunction>(loop_, std::move(description), std::move(backend),
                                                 std::move(metrics));
  served->queue.on_waiting([this, added = served.get()] {
    if (std::exchange(added->in_flush_list, true)) return;
    waiting_.push_back(added);
  });
  Entry& entry = retire(name);
  entry.version = served->about.version;
  entry.served = std::move(served);
}

void FunctionTable::mark_unavailable(const std::string& name, const std::string& version,
                                     Error reason) {
  Entry& entry = retire(name);
  entry.version = version;
  reason.message = hide_paths(reason.message);  // it goes to clients; the log has it whole
  entry.reason = std::move(reason);
}

void FunctionTable::forget(const std::string& name) {
  retire(name);
  entries_.erase(name);
}

FunctionTable::Entry& FunctionTable::retire(const std::string& name) {
  ++generation_;
  Entry& entry = entries_[name];
  if (entry.served) {
    entry.served->report();
    retired_.push_back(std::move(entry.served));
  }
  return entry;
}

Result<ServedFunction*> FunctionTable::find(std::string_view name, std::string_view version) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return unknown(name);
  const Entry& entry = found->second;
  if (!version.empty() && version != entry.version) {
    return Error{Code::not_found,
                 fmt::format("{} has no version \"{}\" here; version {} is served", name, version,
                             entry.version),
                 {}};
  }
  if (!entry.served) {
    return Error{Code::unavailable, fmt::format("{} is not ready: {}", name, entry.reason.message),
                 entry.reason.fix};
  }
  return entry.served.get();
}

Error FunctionTable::unknown(std::string_view name) const {
  std::string text = fmt::format("no function is named \"{}\"", name);
  const auto close = nearest(name, names());
  if (close) text += fmt::format("; did you mean \"{}\"?", *close);
  return Error{Code::not_found, std::move(text), {}};
}

ServedFunction* FunctionTable::served(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second.served.get();
}

std::vector<ServedFunction*> FunctionTable::all_served() const {
  std::vector<ServedFunction*> all;
  for (const auto& [name, entry] : entries_) {
    if (entry.served) all.push_back(entry.served.get());
  }
  return all;
}

std::vector<oip::ModelIndex> FunctionTable::index() const {
  std::vector<oip::ModelIndex> all;
  for (const auto& [name, entry] : entries_) {
    oip::ModelIndex line{name, entry.version, "UNAVAILABLE", entry.reason.message};
    if (entry.served) {
      const auto health = entry.served->backend->health();
      line.state = health ? "READY" : "UNAVAILABLE";
      line.reason = health ? std::string() : health.error().message;
    }
    all.push_back(std::move(line));
  }
  return all;
}

std::vector<std::string> FunctionTable::names() const {
  std::vector<std::string> all;
  all.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) all.push_back(name);
  return all;
}

std::size_t FunctionTable::open_requests() const {
  std::size_t open = 0;
  for (const auto& [name, entry] : entries_)
    open += entry.served ? entry.served->open_requests() : 0;
  for (const auto& old : retired_) open += old->open_requests();
  return open;
}

void FunctionTable::fail_all(const Error& error) {
  for (ServedFunction* served : all_served()) served->fail_all(error);
  for (std::size_t i = 0; i < retired_.size(); ++i) retired_[i]->fail_all(error);
}

void FunctionTable::flush() {
  // A flush may put requests back, so that the list grows while it is walked.
  std::vector<ServedFunction*> now = std::exchange(waiting_, {});
  for (ServedFunction* served : now) served->in_flush_list = false;
  for (ServedFunction* served : now) {
    served->queue.flush();
    if (served->queue.waiting_rows() == 0 || std::exchange(served->in_flush_list, true)) continue;
    waiting_.push_back(served);
  }
  if (!retired_.empty()) sweep();
}

void FunctionTable::sweep() {
  const auto done = [](const auto& old) { return old->open_requests() == 0; };
  std::erase_if(waiting_, [&](const ServedFunction* served) {
    return std::ranges::any_of(retired_,
                               [&](const auto& old) { return old.get() == served && done(old); });
  });
  std::erase_if(retired_, done);
}

}  // namespace glowplug::front
