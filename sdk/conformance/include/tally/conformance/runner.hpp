#pragma once
// Runs cases against a harness and reports. runMain() is the whole program of an author's conformance test.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tally/conformance/case.hpp"
#include "tally/conformance/harness.hpp"

namespace tally::conformance {

enum class Result { Passed, Failed, Skipped, Deviated };

struct Outcome {
  const Case* test = nullptr;
  Result result = Result::Passed;
  std::string text;  ///< why it failed, was skipped or deviates
  double seconds = 0;
};

struct Options {
  std::vector<std::string> only;  ///< ids ("C07") and groups ("A"); empty: all
  std::uint64_t seed = 1;         ///< of all random choices
  unsigned repeat = 1;
  bool quick = false;   ///< without the slow cases, but those that `only` names by id
  bool isolate = true;  ///< each case in a child process: crashes and hangs are reported and end nothing else
  std::function<void(const Case&)> before;  ///< called before each case, for progress
  std::function<void(const Outcome&)> after;
};

struct Report {
  std::string name;
  Capabilities capabilities;
  std::uint64_t seed = 0;
  std::vector<Outcome> outcomes;

  std::size_t count(Result result) const;
  bool failed(const std::string& id) const;
};

/// The groups over a bare storage. tally/conformance/store_groups.hpp has those over the typed store.
const std::vector<Group>& baseGroups();

/// Errors: std::invalid_argument if `only` names nothing. `groups` must outlive the report.
Report run(Harness& harness, const std::vector<Group>& groups, const Options& options);

/// Run as a program: --list, --only A,C07, --seed N, --repeat N, --quick, --no-isolate, --json FILE, --verbose.
/// Returns the exit code: 0, 1 when a case failed, 2 for a wrong command line or a storage that can't be opened.
int runMain(int argc, char** argv, Harness& harness, const std::vector<Group>& more_groups = {});

}  // namespace tally::conformance
