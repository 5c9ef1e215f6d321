#pragma once
#include <boost/intrusive/set.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "model/infer_request.h"

namespace glowplug::front {

struct ByTicket;
struct ByDeadline;

/// One request in a FunctionQueue. Its places in the lists of OpenCalls lie in itself.
struct QueuedCall : boost::intrusive::set_base_hook<boost::intrusive::tag<ByTicket>>,
                    boost::intrusive::set_base_hook<boost::intrusive::tag<ByDeadline>> {
  using Done = std::function<void(const InferRequest&, Result<InferResponse>)>;

  std::uint64_t ticket = 0;
  InferRequest request;
  Time arrival;
  Time deadline;
  Time queued;
  Done done;  // empty once answered or cancelled
  std::size_t bytes = 0;
  bool waiting = false;
  bool retried = false;
  bool alone = false;       // shares no run any more: its instance died, or its batch was refused
  std::size_t returns = 0;  // from instances that had not begun with it
  std::shared_ptr<QueuedCall> self;  // while it is in OpenCalls
};

/// Shared by the queue or a batch in flight, and the list of those that are open.
using CallPtr = std::shared_ptr<QueuedCall>;

/// The requests of a queue that are not answered yet, by ticket and by deadline. Owns them. One
/// thread.
class OpenCalls {
 public:
  OpenCalls() = default;
  ~OpenCalls();
  OpenCalls(const OpenCalls&) = delete;
  OpenCalls& operator=(const OpenCalls&) = delete;

  /// Its ticket is greater than those of all that came before.
  void add(CallPtr call);
  /// nullptr: it is answered, or never was.
  [[nodiscard]] CallPtr find(std::uint64_t ticket) const;
  /// The one whose deadline comes first; nullptr: none is open.
  [[nodiscard]] CallPtr soonest() const;
  /// nullptr: none is open.
  [[nodiscard]] CallPtr oldest() const;
  /// The caller's from now on. Precondition: it is here.
  CallPtr remove(QueuedCall& call);

 private:
  struct TicketOf {
    using type = std::uint64_t;
    type operator()(const QueuedCall& call) const { return call.ticket; }
  };
  struct DeadlineOf {
    using type = Time;
    type operator()(const QueuedCall& call) const { return call.deadline; }
  };
  template <class Tag, class Key>
  using List = boost::intrusive::multiset<
      QueuedCall,
      boost::intrusive::base_hook<boost::intrusive::set_base_hook<boost::intrusive::tag<Tag>>>,
      boost::intrusive::key_of_value<Key>, boost::intrusive::constant_time_size<false>>;

  List<ByTicket, TicketOf> by_ticket_;
  List<ByDeadline, DeadlineOf> by_deadline_;
};

}  // namespace glowplug::front
