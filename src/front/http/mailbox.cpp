#include "front/http/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <tuple>
#include <utility>

namespace glowplug::front::http {

Mailbox::Mailbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Mailbox::post(std::function<void()> task) {
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake();
}

void Mailbox::wake() {
  if (reader_.load(std::memory_order_relaxed) == std::this_thread::get_id()) return;
  if (woken_.exchange(true)) return;
  const std::uint64_t one = 1;
  std::ignore = ::write(wake_.get(), &one, sizeof one);
}

void Mailbox::awake() {
  std::uint64_t count = 0;
  std::ignore = ::read(wake_.get(), &count, sizeof count);
  woken_.store(false);  // before the tasks are looked at: a later one writes again
}

bool Mailbox::is_empty() const {
  const std::scoped_lock lock(mutex_);
  return tasks_.empty();
}

std::function<void()> Mailbox::take() {
  const std::scoped_lock lock(mutex_);
  if (tasks_.empty()) return {};
  std::function<void()> task = std::move(tasks_.front());
  tasks_.pop_front();
  return task;
}

}  // namespace glowplug::front::http
