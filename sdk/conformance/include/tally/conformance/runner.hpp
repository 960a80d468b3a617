#pragma once
// Runs cases against a harness and reports. runMain() is the whole program of an author's conformance test.

#include <cstdint>
#include <functional>
#include <stdexcept>
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

/// TALLY_CONFORMANCE_EFFORT, from 1 to 100; else 100, or 25 when the kit itself is built with a sanitizer, which makes
/// everything many times slower.
unsigned defaultEffort();

struct Options {
  std::vector<std::string> only;  ///< ids ("C07") and groups ("A"); empty: all
  std::uint64_t seed = 1;         ///< of all random choices
  unsigned repeat = 1;
  bool quick = false;     ///< without the slow cases, but those that `only` names by id
  bool isolate = true;    ///< each case in a child process: crashes and hangs are reported and end nothing else
  unsigned jobs = 1;      ///< cases at the same time, as far as the harness has places for them
  int limit_seconds = 0;  ///< for each case; 0: each its own
  unsigned effort = defaultEffort();               ///< percent of the repetitions
  std::function<void(std::size_t count)> planned;  ///< for progress: so many cases will come
  std::function<void(const Case&)> before;
  std::function<void(const Outcome&)> after;
  std::function<bool()> stop;  ///< asked between cases and after signals; true ends the run
};

struct Report {
  std::string name;
  Capabilities capabilities;
  std::uint64_t seed = 0;
  std::vector<Outcome> outcomes;  ///< in the order of the table
  bool stopped = false;           ///< before its end

  std::size_t count(Result result) const;
  bool failed(const std::string& id) const;
};

/// The groups over a bare storage. tally/conformance/store_groups.hpp has those over the typed store.
const std::vector<Group>& baseGroups();

/// The storage under test is not there to be asked.
class CantOpen final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Errors: std::invalid_argument if `only` names nothing; CantOpen. `groups` must outlive the report.
Report run(Harness& harness, const std::vector<Group>& groups, const Options& options);

/// What a program of the kit ends with.
inline constexpr int kAllPassed = 0;
inline constexpr int kCaseFailed = 1;  ///< or one that had to run was skipped
inline constexpr int kWrongUsage = 2;  ///< the command line names what there is not
inline constexpr int kCantOpen = 3;    ///< the storage under test can't be opened, or is not empty
inline constexpr int kCantReport = 4;  ///< standard output or the file of a report can't be written
inline constexpr int kStopped = 130;   ///< by a signal

/// Run as a program, see --help. Returns the exit code.
int runMain(int argc, char** argv, Harness& harness, const std::vector<Group>& more_groups = {});

}  // namespace tally::conformance
