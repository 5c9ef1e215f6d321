#pragma once
#include <set>
#include <utility>

#include "base/loop.h"

namespace glowplug::front::http {

/// Many deadlines on one timer of the loop. A deadline that only moves later, as those of a busy
/// connection do, costs an assignment: its place in the order is corrected when it comes up.
class Deadlines {
 public:
  /// Something with one deadline; registered as long as it has one, see remove().
  class Item {
   public:
    /// The deadline has passed; the item has none now.
    virtual void expired() = 0;

   protected:
    ~Item() = default;

   private:
    friend class Deadlines;
    Time due_ = Time::max();
    Time place_ = Time::max();  // in the order; at or before due_
  };

  explicit Deadlines(Loop& loop) : loop_(loop) {}
  /// `due` Time::max(): none.
  void set(Item& item, Time due);
  /// Before the item is destroyed.
  void remove(Item& item);

 private:
  void move(Item& item, Time place);
  void arm();
  void run_due();

  Loop& loop_;
  std::set<std::pair<Time, Item*>> order_;
  Loop::Handle timer_;
  Time armed_for_ = Time::max();
};

}  // namespace glowplug::front::http
