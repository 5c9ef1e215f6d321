#include "engine/onnxruntime/session_memory.h"

#include <new>
#include <utility>

namespace glowplug::engine::ort {
namespace {

/// Of addresses only, for each heap.
constexpr std::size_t kReserved = std::size_t{1} << 36;

}  // namespace

struct SessionMemory::Interface : Allocator {
  explicit Interface(SessionMemory& owner)
      : Allocator{kApiVersion, on_allocate, on_release, on_info, on_reserve}, memory(owner) {}

  static SessionMemory& of(const Allocator* self) {
    return static_cast<const Interface*>(self)->memory;
  }
  static void* on_allocate(Allocator* self, std::size_t bytes) {
    return of(self).allocate(Use::passing, bytes);
  }
  /// The library calls it while it makes a session, for what that keeps.
  static void* on_reserve(Allocator* self, std::size_t bytes) {
    return of(self).allocate(Use::lasting, bytes);
  }
  static void on_release(Allocator* self, void* block) { of(self).release(block); }
  static const MemoryInfo* on_info(const Allocator* self) { return of(self).info_.get(); }

  SessionMemory& memory;
};

Result<std::unique_ptr<SessionMemory>> SessionMemory::create(const Library& library, Env& env) {
  const Api& api = library.api();
  GLOWPLUG_ASSIGN(Handle<MemoryInfo> info,
                  make_handle<MemoryInfo>(library, api.release_memory_info, [&](MemoryInfo** out) {
                    return api.create_cpu_memory_info(kDeviceAllocator, kMemTypeDefault, out);
                  }));
  GLOWPLUG_ASSIGN(PageRange lasting, PageRange::reserve(kReserved));
  GLOWPLUG_ASSIGN(PageRange passing, PageRange::reserve(kReserved));
  std::unique_ptr<SessionMemory> memory(
      new SessionMemory(library, env, std::move(info), std::move(lasting), std::move(passing)));
  memory->registered_ = bool{library.check(api.register_allocator(&env, memory->interface_.get()))};
  if (!memory->registered_) memory.reset();
  return memory;
}

SessionMemory::SessionMemory(const Library& library, Env& env, Handle<MemoryInfo> info,
                             PageRange lasting, PageRange passing)
    : library_(library),
      env_(env),
      info_(std::move(info)),
      interface_(std::make_unique<Interface>(*this)),
      lasting_(std::move(lasting)),
      passing_(std::move(passing)) {}

SessionMemory::~SessionMemory() {
  if (registered_) (void)library_.check(library_.api().unregister_allocator(&env_, info_.get()));
}

void SessionMemory::renew() {
  const MutexLock lock(mutex_);
  passing_.renew();
}

void SessionMemory::fetch(std::size_t most_bytes) {
  const MutexLock lock(mutex_);
  if (passing_.blocks() == 0) passing_.fetch(most_bytes);
}

void SessionMemory::fetch_small() {
  const MutexLock lock(mutex_);
  if (passing_.blocks() == 0) passing_.fetch_small();
}

void* SessionMemory::allocate(Use use, std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const MutexLock lock(mutex_);
  void* const block = (use == Use::lasting ? lasting_ : passing_).allocate(bytes);
  // Like the library's own allocators: most callers in there do not look for null.
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void SessionMemory::release(void* block) {
  if (block == nullptr) return;
  const MutexLock lock(mutex_);
  (lasting_.holds(block) ? lasting_ : passing_).release(block);
}

}  // namespace glowplug::engine::ort
