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
  std::size_t number = 0;  // in the recorder
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
  if (blocks_ == 0) next_ = 0;
  Block* block = take_planned(size);
  if (block == nullptr) block = take(size);
  if (block == nullptr) return nullptr;
  block->number = recorder_.allocated(size);
  ++blocks_;
  return block + 1;
}

/// The next block of a run that has gone by the plan so far; nullptr if it differs.
Heap::Block* Heap::take_planned(std::size_t size) {
  if (next_ >= plan_.size()) return nullptr;
  Block* const block =
      recorder_.largest()[next_].size == size ? take_at(plan_[next_], size) : nullptr;
  next_ = block == nullptr ? plan_.size() : next_ + 1;
  return block;
}

/// nullptr: something lies there, or there is no more memory.
Heap::Block* Heap::take_at(std::size_t place, std::size_t size) {
  if (place < top_) return cut_out(range_.data() + place, size);
  if (!range_.grow(place + size)) return nullptr;
  // What lies between becomes free memory, without what no part of the range holds.
  if (top_ <= PageRange::kSmall && place >= PageRange::kLarge) leave_small_part();
  const std::size_t from = top_;
  top_ = place + size;
  peak_ = std::max(peak_, top_);
  Block* const block = new (range_.data() + place) Block{size};
  if (from < place) insert_free(new (range_.data() + from) Block{place - from});
  return block;
}

/// Out of the free block that holds [at, at + size), if one does.
Heap::Block* Heap::cut_out(std::byte* at, std::size_t size) {
  Block** link = &free_;
  while (*link != nullptr && (*link)->end() <= at) link = &(*link)->next;
  Block* const free = *link;
  if (free == nullptr || reinterpret_cast<std::byte*>(free) > at || free->end() < at + size)
    return nullptr;
  const auto before = static_cast<std::size_t>(at - reinterpret_cast<std::byte*>(free));
  const auto after = static_cast<std::size_t>(free->end() - (at + size));
  Block* rest = free->next;
  if (after > 0) rest = new (at + size) Block{after, rest};
  if (before > 0) {
    free->size = before;
    free->next = rest;
  } else {
    *link = rest;
  }
  return new (at) Block{size};
}

/// By the list of free blocks alone.
Heap::Block* Heap::take(std::size_t size) {
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
  return block;
}

void Heap::release(void* memory) {
  --blocks_;
  Block* const block = static_cast<Block*>(memory) - 1;
  recorder_.released(block->number);
  insert_free(block);
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

/// Of the largest run that was watched; kept if it needs less than its first fit. It lies in one
/// piece: what is too much for the small part leaves that alone.
void Heap::plan() {
  PlacementPlan plan = plan_placement(recorder_.largest());
  if (plan.places.empty()) return;
  planned_ = true;
  recorder_.stop();
  const std::size_t start = plan.end <= PageRange::kSmall ? 0 : PageRange::kLarge;
  if (start + plan.end >= peak_) return;
  for (std::size_t& place : plan.places) place += start;
  plan_ = std::move(plan.places);
  peak_ = start + plan.end;
}

void Heap::renew() {
  if (blocks_ > 0) return;
  if (!planned_) plan();
  free_ = nullptr;
  top_ = 0;
  // Where even this is refused, the next allocation will be, too, and say so.
  (void)range_.renew(peak_);
}

}  // namespace glowplug::engine::ort
