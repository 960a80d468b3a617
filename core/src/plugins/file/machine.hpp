#pragma once
// The machine that this host is built for, as files, folders and notes name it.

#include <elf.h>

namespace tally::plugins {

#if defined(__x86_64__)
inline constexpr Elf64_Half kElfMachine = EM_X86_64;
inline constexpr const char* kTriplet = "x86_64-linux-gnu";
inline constexpr const char* kPlatform = "linux-x86_64-glibc";
#elif defined(__aarch64__)
inline constexpr Elf64_Half kElfMachine = EM_AARCH64;
inline constexpr const char* kTriplet = "aarch64-linux-gnu";
inline constexpr const char* kPlatform = "linux-aarch64-glibc";
#else
#error "plugins are known on x86_64 and aarch64 only: name this machine here, and in sdk/include/tally/sdk/plugin.h"
#endif

}  // namespace tally::plugins
