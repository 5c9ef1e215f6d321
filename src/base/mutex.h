#pragma once
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define GLOWPLUG_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define GLOWPLUG_THREAD_ANNOTATION(x)
#endif
#define GUARDED_BY(x) GLOWPLUG_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) GLOWPLUG_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) GLOWPLUG_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace glowplug {

/// std::mutex with the annotations that clang's -Wthread-safety checks.
class GLOWPLUG_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() GLOWPLUG_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() GLOWPLUG_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class GLOWPLUG_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) GLOWPLUG_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() GLOWPLUG_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits on a Mutex that the caller holds.
using ConditionVariable = std::condition_variable_any;

}  // namespace glowplug
