#include "engine/onnxruntime/heap.h"

#include <algorithm>
#include <functional>
#include <new>

namespace glowplug::engine::ort {
namespace {

constexpr std::size_t kAlignment = 64;  // what the library's own allocator gives

}  // namespace

/// Before each block, and with the free ones linked. As large as the alignment, so that what
/// follows is aligned.
struct alignas(kAlignment) Heap::Block {
  std::size_t size = 0;  // with this head
  Block* next = nullptr;
  [[nodiscard]] std::byte* end() { return reinterpret_cast<std::byte*>(this) + size; }
};

Heap::Block* Heap::first_fit(std::size_t size, Block**& link) {
  for (link = &free_; *link != nullptr; link = &(*link)->next) {
    if ((*link)->size >= size) return *link;
  }
  return nullptr;
}

/// The rest of the small part is free memory like any other.
void Heap::leave_small_part() {
  const std::size_t rest = PageRange::kSmall - top_;
  std::byte* const at = range_.data() + top_;
  top_ = PageRange::kLarge;
  if (rest >= 2 * sizeof(Block)) insert_free(new (at) Block{rest, nullptr});
}

Heap::Block* Heap::extend(std::size_t size) {
  const bool leaves = top_ <= PageRange::kSmall && top_ + size > PageRange::kSmall;
  const std::size_t at = leaves ? PageRange::kLarge : top_;
  if (!range_.grow(at + size)) return nullptr;
  if (leaves) leave_small_part();
  top_ = at + size;
  peak_ = std::max(peak_, top_);
  return new (range_.data() + at) Block{size, nullptr};
}

void* Heap::allocate(std::size_t bytes) {
  if (bytes > range_.reserved()) return nullptr;
  const std::size_t size = (bytes + kAlignment - 1) / kAlignment * kAlignment + sizeof(Block);
  Block** link = nullptr;
  Block* block = first_fit(size, link);
  if (block == nullptr) {
    block = extend(size);
    if (block == nullptr) return nullptr;
  } else if (block->size >= size + 2 * sizeof(Block)) {
    *link = new (reinterpret_cast<std::byte*>(block) + size) Block{block->size - size, block->next};
    block->size = size;
  } else {
    *link = block->next;
  }
  ++blocks_;
  return block + 1;
}

void Heap::release(void* memory) {
  --blocks_;
  insert_free(static_cast<Block*>(memory) - 1);
}

void Heap::insert_free(Block* block) {
  Block* before = nullptr;
  Block** link = &free_;
  for (; *link != nullptr && *link < block; link = &(*link)->next) before = *link;
  block->next = *link;
  *link = block;
  if (block->next != nullptr && block->end() == reinterpret_cast<std::byte*>(block->next)) {
    block->size += block->next->size;
    block->next = block->next->next;
  }
  if (before != nullptr && before->end() == reinterpret_cast<std::byte*>(block)) {
    before->size += block->size;
    before->next = block->next;
    block = before;
  }
  if (block->end() != range_.data() + top_) return;
  top_ -= block->size;
  // It is the last: whoever points to it points to nothing now.
  for (link = &free_; *link != block; link = &(*link)->next) {
  }
  *link = nullptr;
}

bool Heap::holds(const void* block) const {
  const auto* const at = static_cast<const std::byte*>(block);
  return !std::less<>()(at, static_cast<const std::byte*>(range_.data())) &&
         std::less<>()(at, static_cast<const std::byte*>(range_.data()) + range_.reserved());
}

void Heap::renew() {
  if (blocks_ > 0) return;
  free_ = nullptr;
  top_ = 0;
  // Where even this is refused, the next allocation will be, too, and say so.
  (void)range_.renew(peak_);
}

}  // namespace glowplug::engine::ort
