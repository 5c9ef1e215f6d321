#include "front/http/epoll_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace glowplug::front::http {
namespace {

struct Pair {
  Pair() {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    ours.reset(fds[0]);
    theirs.reset(fds[1]);
  }
  void write() const { EXPECT_EQ(::write(theirs.get(), "x", 1), 1); }
  void read() const {
    char byte = 0;
    EXPECT_EQ(::read(ours.get(), &byte, 1), 1);
  }
  UniqueFd ours;
  UniqueFd theirs;
};

TEST(EpollLoop, RunsPostedTasksInOrderAlsoFromOtherThreads) {
  EpollLoop loop;
  std::vector<int> order;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(EpollLoop, CallsTheBatcherAfterEachPass) {
  EpollLoop loop;
  int tasks = 0;
  int passes = 0;
  for (int i = 0; i < 1000; ++i) loop.post([&] { ++tasks; });
  loop.run([&] {
    ++passes;
    EXPECT_LE(tasks, 256 * passes);  // a flood does not keep it waiting
    if (tasks == 1000) loop.stop();
  });
  EXPECT_GE(passes, 4);
}

TEST(EpollLoop, StopsAtOnceWhenToldBeforeItRuns) {
  EpollLoop loop;
  loop.stop();
  loop.run();
  bool ran = false;
  loop.post([&] {
    ran = true;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(ran);
}

TEST(EpollLoop, FiresTimersInOrderAndNotThoseThatWereDropped) {
  EpollLoop loop;
  std::vector<int> order;
  const Time now = loop.now();
  auto second = loop.at(now + milliseconds(2), [&] {
    order.push_back(2);
    loop.stop();
  });
  auto first = loop.at(now + milliseconds(1), [&] { order.push_back(1); });
  auto dropped = loop.at(now, [&] { order.push_back(0); });
  dropped.reset();
  loop.run();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(EpollLoop, TimerMayDropItsOwnHandle) {
  EpollLoop loop;
  Loop::Handle handle;
  handle = loop.at(loop.now(), [&] {
    handle.reset();
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(handle, nullptr);
}

TEST(EpollLoop, WatchesADescriptorUntilTheHandleGoes) {
  EpollLoop loop;
  const Pair pair;
  int calls = 0;
  Loop::Handle handle;
  handle = loop.watch_readable(pair.ours.get(), [&] {
    pair.read();
    if (++calls == 3) {
      handle.reset();
      loop.post([&] { loop.stop(); });
    }
    pair.write();
  });
  ASSERT_NE(handle, nullptr);
  pair.write();
  loop.run();
  EXPECT_EQ(calls, 3);
}

TEST(EpollLoop, CanWatchADescriptorAgain) {
  EpollLoop loop;
  const Pair pair;
  pair.write();
  for (int i = 0; i < 3; ++i) {
    const auto handle = loop.watch_readable(pair.ours.get(), [&] { loop.stop(); });
    ASSERT_NE(handle, nullptr);
    loop.run();
  }
}

struct Recorded : SocketEvents {
  explicit Recorded(EpollLoop& its_loop) : loop(its_loop) {}
  void on_readable() override {
    ++readable;
    loop.stop();
  }
  void on_writable() override {
    ++writable;
    loop.stop();
  }
  EpollLoop& loop;
  int readable = 0;
  int writable = 0;
};

TEST(EpollLoop, TellsASocketOnlyWhatItWants) {
  EpollLoop loop;
  const Pair pair;
  Recorded events(loop);
  const auto watch = loop.watch_socket(pair.ours.get(), events);
  ASSERT_NE(watch, nullptr);
  pair.write();
  watch->want_write();
  watch->want_write();  // changes nothing
  loop.run();
  EXPECT_EQ(events.writable, 1);
  EXPECT_EQ(events.readable, 0);
  watch->want_read();
  loop.run();
  EXPECT_EQ(events.readable, 1);
  watch->want_read();  // nothing was read: the byte is still there
  loop.run();
  EXPECT_EQ(events.readable, 2);
  EXPECT_EQ(events.writable, 1);
}

TEST(EpollLoop, TellsASocketThatItsPeerHungUp) {
  EpollLoop loop;
  Pair pair;
  Recorded events(loop);
  const auto watch = loop.watch_socket(pair.ours.get(), events);
  watch->want_read();
  pair.theirs.reset();
  loop.run();
  EXPECT_EQ(events.readable, 1);
}

/// How many passes a loop makes within 30 ms.
int passes_of(EpollLoop& loop) {
  int passes = 0;
  const auto end = loop.at(loop.now() + milliseconds(30), [&] { loop.stop(); });
  loop.run([&] { ++passes; });
  return passes;
}

TEST(EpollLoop, SleepsWhileNobodyWantsWhatThereIs) {
  EpollLoop loop;
  Pair pair;
  Recorded events(loop);
  const auto watch = loop.watch_socket(pair.ours.get(), events);
  pair.write();
  EXPECT_LE(passes_of(loop), 3);  // it is told of the byte once
  pair.theirs.reset();            // the hang-up is told to everybody
  EXPECT_LE(passes_of(loop), 3);
  EXPECT_EQ(events.readable, 0);
  watch->want_read();
  loop.run();
  EXPECT_EQ(events.readable, 1);
}

TEST(EpollLoop, ATimerMaySetAnEarlierOneAndLeaveALaterOne) {
  EpollLoop loop;
  std::vector<int> order;
  const Time now = loop.now();
  Loop::Handle third, second;
  const auto first = loop.at(now + milliseconds(1), [&] {
    order.push_back(1);
    third = loop.at(now + milliseconds(20), [&] {
      order.push_back(3);
      loop.stop();
    });
    second = loop.at(now + milliseconds(5), [&] { order.push_back(2); });
  });
  loop.run();
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_GE(loop.now() - now, milliseconds(20));
}

TEST(EpollLoop, AFloodOfTasksDoesNotKeepSocketsAndTimersWaiting) {
  EpollLoop loop;
  const Pair pair;
  Recorded events(loop);
  const auto watch = loop.watch_socket(pair.ours.get(), events);
  watch->want_read();
  std::function<void()> again = [&] { loop.post(again); };
  again();
  const auto write = loop.at(loop.now() + milliseconds(1), [&] { pair.write(); });
  loop.run();
  EXPECT_EQ(events.readable, 1);
}

TEST(EpollLoop, RefusesWhatCannotBeWatched) {
  EpollLoop loop;
  Recorded events(loop);
  EXPECT_EQ(loop.watch_socket(-1, events), nullptr);
  EXPECT_EQ(loop.watch_readable(-1, [] {}), nullptr);
}

/// Runs a hundred waits that find something at once; how often it was asked whether it may look.
int times_asked(bool may_look) {
  EpollLoop loop;
  int asked = 0;
  loop.look_before_sleep([&] {
    ++asked;
    return may_look;
  });
  const Pair pair;
  pair.write();
  int calls = 0;
  const auto watch = loop.watch_readable(pair.ours.get(), [&] {
    if (++calls == 100) loop.stop();
  });
  loop.run();
  EXPECT_EQ(calls, 100);
  return asked;
}

TEST(EpollLoop, AsksOnceWhetherItMayLookBeforeItSleeps) {
  EXPECT_EQ(times_asked(true), 1);
  EXPECT_EQ(times_asked(false), 1);
}

TEST(EpollLoop, HearsOfTasksTimersAndStopWhileItLooks) {
  EpollLoop loop;
  loop.look_before_sleep([] { return true; });
  int rung = 0;
  std::vector<Loop::Handle> alarms;
  for (int i = 0; i < 100; ++i)
    alarms.push_back(loop.at(loop.now() + std::chrono::microseconds(20 * i), [&] { ++rung; }));
  std::thread other([&] {
    for (int i = 0; i < 200; ++i) {
      std::atomic<bool> done = false;
      loop.post([&done] { done = true; });
      while (!done) std::this_thread::yield();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    loop.stop();
  });
  loop.run();
  other.join();
  EXPECT_EQ(rung, 100);
}

}  // namespace
}  // namespace glowplug::front::http
