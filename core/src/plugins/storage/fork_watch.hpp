#pragma once
// Tells a process that it is the child of a fork: threads, sockets and locks of what was open are its parent's.

#include <cstdint>

namespace tally::plugins {

/// A number that grows with every fork on the way to this process. Cost: one relaxed load, no system call.
std::uint32_t forkGeneration() noexcept;

}  // namespace tally::plugins
