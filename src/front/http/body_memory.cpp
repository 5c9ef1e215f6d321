#include "front/http/body_memory.h"

#include <algorithm>
#include <utility>

namespace glowplug::front::http {

void BodyMemory::in_use(std::uint64_t bytes) {
  now_ = bytes;
  most_ = std::max(most_, bytes);
  if (!calls_.keep || most_ < kLeastBytes || room_ >= most_) return;
  if (room_ == 0) {
    calls_.keep();
    timer_ = loop_.at(loop_.now() + kPeriod, [this] { look(); });
  }
  room_ = most_;
}

void BodyMemory::look() {
  const std::uint64_t wanted = std::exchange(most_, now_);
  if (wanted <= room_ / 2) {
    room_ = wanted < kLeastBytes ? 0 : wanted;
    calls_.give_back(room_ == 0);
  }
  timer_ = room_ == 0 ? nullptr : loop_.at(loop_.now() + kPeriod, [this] { look(); });
}

}  // namespace glowplug::front::http
