#include "front/http/poller.h"

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

void Poller::wait(Wait how, const std::atomic<bool>& stopped) {
  free_retired();
  const int timeout_ms = how == Wait::look ? 0 : -1;
  const int count =
      ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(kMostEvents), timeout_ms);
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
