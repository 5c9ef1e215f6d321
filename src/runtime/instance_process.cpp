#include "runtime/instance_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

#include "base/time.h"
#include "engine/code/scratch.h"
#include "engine/run_all.h"
#include "instances/ring/ring.h"
#include "runtime/process_limits.h"
#include "runtime/serve_ring.h"
#include "runtime/syscall_filter.h"

namespace glowplug::runtime {
namespace {

struct RingDescriptors {
  UniqueFd memory, own_doorbell, gateway_doorbell;
};

/// Closes everything but the ring, which becomes 3, 4 and 5, and `word`, if there is one, which
/// becomes 6. Standard input and output are not closed but lead nowhere: what an engine prints must
/// not land in a doorbell that got number 2, nor in the gateway's log. Nothing if any of it fails:
/// the instance must not run then.
std::optional<RingDescriptors> keep_only_ring(const InstancePlace& place, int word) {
  constexpr int kFirst = 3;
  constexpr int kOutOfTheWay = 64;
  static_assert(kWordDescriptor == kFirst + 3);
  const std::array all{place.memory, place.own_doorbell, place.gateway_doorbell, word};
  const auto kept = std::span(all).first(word < 0 ? all.size() - 1 : all.size());
  std::array<int, all.size()> moved{};
  for (std::size_t i = 0; i < kept.size(); ++i)
    moved.at(i) = ::fcntl(kept[i], F_DUPFD_CLOEXEC, kOutOfTheWay);
  for (int standard = 0; standard < kFirst; ++standard) {
    const bool printed = standard != STDIN_FILENO && place.output >= 0;
    if (::dup2(printed ? place.output : place.dev_null, standard) < 0) return std::nullopt;
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (::dup2(moved.at(i), kFirst + static_cast<int>(i)) < 0) return std::nullopt;
  }
  if (::close_range(kFirst + static_cast<unsigned>(kept.size()), ~0U, 0) != 0) return std::nullopt;
  return RingDescriptors{UniqueFd(kFirst), UniqueFd(kFirst + 1), UniqueFd(kFirst + 2)};
}

void receive_signals_as_usual() {
  sigset_t none;
  sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void open_and_start_nothing() {
  const rlimit nothing{0, 0};
  (void)::setrlimit(RLIMIT_NOFILE, &nothing);
  (void)::setrlimit(RLIMIT_NPROC, &nothing);
}

/// Code of the user's own reads files; its scratch folder is what the files before left empty.
void open_little(const InstancePlace& place) {
  constexpr rlim_t kMostFiles = 256;
  const rlimit files{kMostFiles, kMostFiles};
  (void)::setrlimit(RLIMIT_NOFILE, &files);
  (void)::setenv("TMPDIR", place.scratch.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
}

bool make_scratch(const std::filesystem::path& folder) {
  if (folder.empty()) return true;
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return false;
  return engine::code::empty_folder(folder);
}

/// From the fork to the first wait: the ring is mapped, and everything is given up.
std::unique_ptr<instances::InstanceRing> become_instance(const InstancePlace& place, int word) {
  const Time born = Clock::now();
  die_with_parent(place.parent);
  receive_signals_as_usual();
  const bool asked = word < 0;
  place.title.set(asked ? "gp-instance" : "gp-ahead",
                  "glowplug: " + place.function + (asked ? " (instance)" : " (forked ahead)"));
  if (!make_scratch(place.scratch)) ::_exit(1);
  bool confined = place.sandbox.take_files(place.scratch);
  std::optional<RingDescriptors> descriptors = keep_only_ring(place, word);
  if (!descriptors) ::_exit(1);
  auto ring = instances::InstanceRing::attach(
      std::move(descriptors->memory), std::move(descriptors->own_doorbell),
      std::move(descriptors->gateway_doorbell), asked ? std::optional(born) : std::nullopt);
  if (place.scratch.empty()) {
    open_and_start_nothing();
  } else {
    open_little(place);
    place.sessions.model.enter_instance(place.scratch);
  }
  place.engine.enter_child();
  confined = confined && place.sandbox.take_system_calls();
  if (!ring || !confined) ::_exit(1);
  return *std::move(ring);
}

/// What its pages were is not kept: memory for the activations is had anew, and only as much as a
/// template may have ready.
void rehearse(const InstancePlace& place, const AheadPlace& ahead) {
  if (ahead.rehearsal.empty()) return;
  (void)engine::run_all(place.sessions.model, ahead.rehearsal);
  place.engine.give_stock();
  if (ahead.most_stock_bytes > 0) place.engine.stock_up(ahead.most_stock_bytes);
  place.engine.enter_child();
}

void say_ready() {
  const auto ready = static_cast<char>(AheadWord::ready);
  if (::write(kWordDescriptor, &ready, 1) != 1) ::_exit(0);
}

/// The template's next word; the end of the process when there will be none.
AheadWord next_word() {
  char word = 0;
  ssize_t got = 0;
  do {
    got = ::read(kWordDescriptor, &word, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(0);
  return static_cast<AheadWord>(word);
}

void wait_until_wanted(engine::Engine& engine) {
  while (next_word() != AheadWord::serve) {
    engine.give_stock();
    engine.enter_child();
  }
}

}  // namespace

void run_instance(const InstancePlace& place) {
  const auto ring = become_instance(place, -1);
  serve_ring(*ring, place.sessions);
  ::_exit(0);
}

void run_ahead(const InstancePlace& place, const AheadPlace& ahead) {
  const auto ring = become_instance(place, ahead.word);
  rehearse(place, ahead);
  say_ready();
  wait_until_wanted(place.engine);
  ring->begin(Clock::now());
  (void)::close(kWordDescriptor);
  place.title.set("gp-instance", "glowplug: " + place.function + " (instance)");
  serve_ring(*ring, place.sessions);
  ::_exit(0);
}

}  // namespace glowplug::runtime
