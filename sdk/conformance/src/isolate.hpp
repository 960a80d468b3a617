#pragma once
// Runs one thing in a child process and brings its answer back, whatever happens to the child.

#include <functional>
#include <string>

namespace tally::conformance {

/// What came of it.
struct ChildAnswer {
  std::string text;   ///< what `body` returned; empty after a crash
  std::string crash;  ///< "crashed: SIGSEGV", "hung: ...", or empty
};

/// Fork, run `body`, and return its answer. A child that takes longer than `limit_seconds` is killed together with
/// the processes it started. Errors: std::runtime_error if there is no process to be had.
ChildAnswer inChild(int limit_seconds, const std::function<std::string()>& body);

}  // namespace tally::conformance
