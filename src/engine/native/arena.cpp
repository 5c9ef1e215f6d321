#include "engine/native/arena.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "engine/native/plan_format.h"

namespace glowplug::engine::native {
namespace {

constexpr std::size_t rounded(std::size_t size) {
  return (size + kConstantAlignment - 1) / kConstantAlignment * kConstantAlignment;
}

}  // namespace

void ArenaPlan::reset(std::size_t reserved) {
  blocks_.clear();
  reserved_ = rounded(reserved);
  size_ = reserved_;
}

std::size_t ArenaPlan::place(std::size_t size, std::size_t first, std::size_t last) {
  std::erase_if(blocks_, [first](const Block& block) { return block.last < first; });
  const std::size_t wanted = std::max(rounded(size), kConstantAlignment);
  std::size_t begin = reserved_;
  auto next = blocks_.begin();
  while (next != blocks_.end() && next->begin - begin < wanted) begin = (next++)->end;
  blocks_.insert(next, {begin, begin + wanted, last});
  size_ = std::max(size_, begin + wanted);
  return begin;
}

void Arena::Free::operator()(std::byte* memory) const { std::free(memory); }

Result<void> Arena::ensure(std::size_t size, std::size_t limit) {
  if (size > limit)
    return Error{Code::exhausted,
                 fmt::format("{} bytes of working memory; at most {}", size, limit),
                 "send fewer rows at once"};
  if (size <= size_) return {};
  // By half more, so that requests of growing size do not each allocate.
  const std::size_t grown = rounded(std::min(size + size / 2, limit));
  memory_.reset(static_cast<std::byte*>(std::aligned_alloc(kConstantAlignment, grown)));
  size_ = memory_ == nullptr ? 0 : grown;
  if (memory_ == nullptr)
    return Error{Code::exhausted, fmt::format("no memory for {} bytes", grown), {}};
  return {};
}

}  // namespace glowplug::engine::native
