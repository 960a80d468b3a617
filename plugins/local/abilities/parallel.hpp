#pragma once
// The same work on many items, by several threads.

#include <cstddef>
#include <functional>

namespace tally::local {

/// Call `work` with each number below `count`, in any order, by `threads` threads, this one among them; by fewer where
/// the system has no more. `work` must not throw. The others take no signals.
/// Cost: starts the threads and ends them, so worth it where the work waits for the disk.
void inParallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work);

}  // namespace tally::local
