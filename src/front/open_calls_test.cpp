#include "front/open_calls.h"

#include <gtest/gtest.h>

#include <vector>

namespace glowplug::front {
namespace {

CallPtr call_of(std::uint64_t ticket, int deadline_s) {
  auto call = std::make_shared<QueuedCall>();
  call->ticket = ticket;
  call->deadline = Time(seconds(deadline_s));
  return call;
}

TEST(OpenCalls, FindsThemByTicketAndByDeadline) {
  OpenCalls calls;
  EXPECT_EQ(calls.soonest(), nullptr);
  EXPECT_EQ(calls.oldest(), nullptr);
  const std::vector<CallPtr> given{call_of(1, 30), call_of(2, 10), call_of(5, 20), call_of(6, 10)};
  for (const CallPtr& call : given) calls.add(call);
  EXPECT_EQ(calls.find(5), given[2]);
  EXPECT_EQ(calls.find(3), nullptr);
  EXPECT_EQ(calls.oldest(), given[0]);
  EXPECT_EQ(calls.soonest(), given[1]);
  EXPECT_EQ(calls.remove(*given[1]), given[1]);
  EXPECT_EQ(calls.soonest(), given[3]) << "two may have one deadline";
  calls.remove(*given[0]);
  calls.remove(*given[3]);
  EXPECT_EQ(calls.oldest(), given[2]);
  EXPECT_EQ(calls.soonest(), given[2]);
  EXPECT_EQ(calls.find(1), nullptr);
}

TEST(OpenCalls, OwnsWhatIsOpenAndNothingElse) {
  std::weak_ptr<QueuedCall> open;
  std::weak_ptr<QueuedCall> answered;
  {
    OpenCalls calls;
    CallPtr first = call_of(1, 1);
    CallPtr second = call_of(2, 2);
    open = first;
    answered = second;
    calls.add(std::move(first));
    calls.add(std::move(second));
    calls.remove(*answered.lock());
    EXPECT_TRUE(answered.expired());
    EXPECT_FALSE(open.expired());
  }
  EXPECT_TRUE(open.expired());
}

}  // namespace
}  // namespace glowplug::front
