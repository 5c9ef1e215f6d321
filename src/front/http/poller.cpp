#include "front/http/poller.h"

#include <sched.h>

#include <utility>

#include "base/check.h"

namespace glowplug::front::http {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) { GLOWPLUG_CHECK(epoll_); }

Poller::~Poller() { free_retired(); }

bool Poller::add(Polled& polled) { return tell(polled, EPOLLIN); }

void Poller::update(Polled& polled) {
  const std::uint32_t wanted = polled.wanted();
  // Where the kernel has no memory for it, nothing comes; the deadlines of the connection end it.
  if ((wanted & ~polled.told_) != 0) static_cast<void>(tell(polled, wanted));
}

bool Poller::tell(Polled& polled, std::uint32_t wanted) {
  // Hang-ups are told to those, too, who want nothing: they have to leave the list.
  const int how = wanted == 0 ? EPOLL_CTL_DEL : polled.known_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  epoll_event event{};
  event.events = wanted;
  event.data.ptr = &polled;
  if (::epoll_ctl(epoll_.get(), how, polled.fd_, &event) != 0) return false;
  polled.known_ = wanted != 0;
  polled.told_ = wanted;
  return true;
}

void Poller::retire(std::unique_ptr<Polled> polled) {
  if (polled->known_) static_cast<void>(tell(*polled, 0));
  polled->retired_ = true;
  retired_.push_back(std::move(polled));
}

void Poller::free_retired() {
  while (!retired_.empty()) {  // what one owned may retire others
    const auto freed = std::exchange(retired_, {});
  }
}

void Poller::look_before_sleep(std::function<bool()> may_look) {
  busy_poll_.emplace();
  may_look_ = std::move(may_look);
}

Duration Poller::time_to_look() {
  const Duration budget = busy_poll_->budget();
  if (budget == Duration(0) || !may_look_) return budget;
  if (std::exchange(may_look_, {})()) return budget;
  busy_poll_.reset();
  return Duration(0);
}

int Poller::take(int timeout_ms) {
  return ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(kMostEvents), timeout_ms);
}

int Poller::take_when_ready() {
  if (!busy_poll_) return take(-1);
  const Time began = Clock::now();
  const Duration budget = time_to_look();
  int count = budget > Duration(0) ? look_until(began + budget) : 0;
  const bool found = count != 0;
  if (!found) count = take(-1);
  if (busy_poll_) busy_poll_->waited(Clock::now() - began, count, found);
  return count;
}

/// Others who want this CPU have it between two looks.
int Poller::look_until(Time end) {
  for (;;) {
    if (const int count = take(0); count != 0) return count;
    if (Clock::now() >= end) return 0;
    ::sched_yield();
  }
}

void Poller::wait(Wait how, const std::atomic<bool>& stopped) {
  free_retired();
  const int count = how == Wait::look ? take(0) : take_when_ready();
  for (int i = 0; i < count && !stopped.load(std::memory_order_relaxed); ++i)
    dispatch(ready_[static_cast<std::size_t>(i)]);
}

void Poller::dispatch(const epoll_event& event) {
  Polled& polled = *static_cast<Polled*>(event.data.ptr);
  if (polled.retired_) return;
  constexpr std::uint32_t kBoth = EPOLLIN | EPOLLOUT;
  const bool ended = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
  const std::uint32_t told = ended ? kBoth : event.events & kBoth;
  const std::uint32_t wanted = polled.wanted();
  if ((told & wanted) == 0)
    static_cast<void>(tell(polled, wanted));
  else
    polled.on_events(told);
}

}  // namespace glowplug::front::http
