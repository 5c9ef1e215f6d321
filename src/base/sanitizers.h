#pragma once
/// Which sanitizer this is built with, as GLOWPLUG_ASAN and GLOWPLUG_TSAN (1 or 0). GCC says it by
/// macros of its own, clang by __has_feature.

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GLOWPLUG_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define GLOWPLUG_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define GLOWPLUG_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define GLOWPLUG_TSAN 1
#endif

#ifndef GLOWPLUG_ASAN
#define GLOWPLUG_ASAN 0
#endif
#ifndef GLOWPLUG_TSAN
#define GLOWPLUG_TSAN 0
#endif
