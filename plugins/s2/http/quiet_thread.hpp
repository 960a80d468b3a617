#pragma once
// Threads of ours inside of somebody else's program.

#include <functional>
#include <thread>

namespace tally::s2 {

/// Start a thread on which none of the program's signal handlers runs, and where a broken connection is no SIGPIPE.
/// Errors: std::system_error when there can be no more threads.
std::thread quietThread(std::function<void()> work);

}  // namespace tally::s2
