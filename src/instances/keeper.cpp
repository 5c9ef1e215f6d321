#include "instances/keeper.h"

#include <pthread.h>

#include <csignal>
#include <mutex>

namespace glowplug::instances {
namespace {

/// Signals are for the thread that serves; the keeper starts with all of them blocked.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    (void)::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

Keeper::Keeper() {
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { serve(); });
}

Keeper::~Keeper() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Keeper::run(std::function<void()> chore) {
  {
    const MutexLock lock(mutex_);
    chores_.push_back(std::move(chore));
  }
  changed_.notify_one();
}

void Keeper::serve() {
  (void)::pthread_setname_np(::pthread_self(), "gp-keeper");
  while (const std::function<void()> chore = next()) chore();
}

std::function<void()> Keeper::next() {
  const MutexLock lock(mutex_);
  while (chores_.empty() && !ending_) changed_.wait(mutex_);
  if (chores_.empty()) return nullptr;
  std::function<void()> chore = std::move(chores_.front());
  chores_.pop_front();
  return chore;
}

}  // namespace glowplug::instances
