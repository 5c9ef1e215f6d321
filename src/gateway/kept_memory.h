#pragma once
#include "front/http/body_memory.h"

namespace glowplug::gateway {

/// For the allocator of this process, glibc's; without effect under another. As it comes, it gives
/// the memory of a large body back as soon as that is free and at the top of its heap, so that the
/// next one pays a fault for each of its pages: five a request at 602 kB and 8 connections. Until
/// given back, freed blocks of up to 32 MiB stay.
[[nodiscard]] front::http::BodyMemoryCalls kept_memory();

}  // namespace glowplug::gateway
