#pragma once
// The report for people, and the one for programs.

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tally/conformance/runner.hpp"

namespace tally::conformance {

/// A report is not where it should be.
class CantReport final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string_view nameOf(Capability one) noexcept;

/// "ok", "FAILED", "skipped" or "deviates".
std::string_view wordFor(Result result) noexcept;

/// Prints cases as they end: a line each, and on a terminal a last line that says what is being run.
class Progress {
 public:
  Progress(bool terminal, bool verbose) noexcept : terminal_(terminal), verbose_(verbose) {}
  void planned(std::size_t count) noexcept { count_ = count; }
  void before(const Case& test);
  void after(const Outcome& outcome);

 private:
  void showLive() const;

  bool terminal_;
  bool verbose_;
  std::size_t count_ = 0, ended_ = 0;
  std::vector<const Case*> running_;
};

/// Capabilities, skips, deviations, how to run the failed ones again, and last "N passed, N failed, N skipped".
void printSummary(const Report& report);

/// Flush what was printed. Errors: CantReport if some of it never came out of the process.
void finishPrinting();

/// A file of a report. Errors, of both: CantReport, with the reason.
std::ofstream openReport(const std::string& file);
void finishReport(std::ofstream& stream, const std::string& file);

/// The same as one JSON object. Errors: CantReport.
void writeJson(const Report& report, const std::string& file);

/// The same as JUnit's XML, a suite for each group. Deviations are skipped tests there. Errors: as above.
void writeJunit(const Report& report, const std::vector<Group>& groups, const std::string& file);

}  // namespace tally::conformance
