#pragma once
// Tells a process that it is the child of a fork: threads, sockets and locks of what was open are its parent's.

#include <atomic>
#include <cstdint>

namespace tally::plugins {

/// A number that grows with every fork on the way to this process; only ever read elsewhere.
extern std::atomic<std::uint32_t> fork_generation;

/// Cost: one relaxed load, no call: every operation asks.
inline std::uint32_t forkGeneration() noexcept { return fork_generation.load(std::memory_order_relaxed); }

}  // namespace tally::plugins
