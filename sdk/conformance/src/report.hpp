#pragma once
// The report for people, and the one for programs.

#include <string>
#include <string_view>

#include "tally/conformance/runner.hpp"

namespace tally::conformance {

std::string_view nameOf(Capability one) noexcept;

/// Prints cases as they end. On a terminal the running one is shown too.
class Progress {
 public:
  Progress(bool terminal, bool verbose) noexcept : terminal_(terminal), verbose_(verbose) {}
  void before(const Case& test) const;
  void after(const Outcome& outcome) const;

 private:
  bool terminal_;
  bool verbose_;
};

/// Capabilities, skips, deviations, how to run the failed ones again, and last "N passed, N failed, N skipped".
void printSummary(const Report& report);

/// The same as one JSON object. Errors: std::runtime_error if the file can't be written.
void writeJson(const Report& report, const std::string& file);

}  // namespace tally::conformance
