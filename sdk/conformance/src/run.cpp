#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>

#include "isolate.hpp"
#include "report.hpp"
#include "tally/conformance/expect.hpp"
#include "tally/conformance/runner.hpp"

namespace tally::conformance {
namespace {

constexpr int kOpenLimitSeconds = 60;

/// Which cases were asked for. Errors: std::invalid_argument for a name that is none.
class Selection {
 public:
  Selection(const std::vector<Group>& groups, const Options& options)
      : only_(options.only.begin(), options.only.end()), quick_(options.quick) {
    std::set<std::string> known;
    for (const auto& group : groups) {
      known.insert(std::string(1, group.letter));
      for (const auto& test : group.cases) known.insert(test.id);
    }
    for (const auto& name : only_) {
      if (known.count(name) == 0) throw std::invalid_argument("'" + name + "' is neither a case nor a group");
    }
  }
  bool takes(const Group& group, const Case& test) const {
    if (only_.count(test.id) != 0) return true;
    if (quick_ && test.pace == Pace::Slow) return false;
    return only_.empty() || only_.count(std::string(1, group.letter)) != 0;
  }

 private:
  std::set<std::string> only_;
  bool quick_;
};

/// Why a case can't be asked, or empty.
std::string missing(const Case& test, Harness& harness, Capabilities offered) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    const auto one = static_cast<Capability>(std::uint64_t{1} << bit);
    if (test.needs.capabilities.has(one) && !offered.has(one)) {
      return "capability " + std::string(nameOf(one)) + " is not declared";
    }
  }
  const auto needs = [&](Facility one) { return (test.needs.facilities & static_cast<unsigned>(one)) != 0; };
  if (needs(Facility::Processes) && !harness.processes()) return "other processes can't open this storage";
  if (needs(Facility::Host) && !harness.throughHost()) return "a bare adapter; the host makes this promise";
  if (needs(Facility::Folder) && harness.folder().empty()) return "keys are not files of a folder";
  return {};
}

std::string_view letterOf(Result result) {
  static constexpr std::string_view kLetters = "PFSD";
  return kLetters.substr(static_cast<std::size_t>(result), 1);
}

/// Run one case here. The answer is a letter for the result and the text.
std::string runHere(const Case& test, Harness& harness, std::uint64_t seed) {
  const auto failed = [](const std::string& words) { return std::string(letterOf(Result::Failed)) + words; };
  try {
    harness.clear();
    Context context(harness, seed);
    test.run(context);
    return std::string(letterOf(Result::Passed));
  } catch (const Skip& skip) {
    return std::string(letterOf(Result::Skipped)) + skip.reason;
  } catch (const Error& error) {
    return failed("unexpected " + std::string(tally::nameOf(error.code())) + ": " + error.what());
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

void judge(Outcome& outcome, const std::string& answer) {
  const auto letter = std::string_view("PFSD").find(answer.empty() ? 'F' : answer[0]);
  outcome.result = static_cast<Result>(letter);
  outcome.text = answer.empty() ? "the case gave no answer" : answer.substr(1);
}

/// Runs case after case and keeps what all of them share.
class Run {
 public:
  Run(Harness& harness, const Options& options) : harness_(harness), options_(options) {
    report_.name = harness.name();
    report_.seed = options.seed;
    report_.capabilities = ask();
    for (auto& deviation : harness.deviations()) deviations_.push_back(std::move(deviation));
  }

  void one(const Case& test) {
    if (options_.before) options_.before(test);
    Outcome outcome;
    outcome.test = &test;
    const auto begin = std::chrono::steady_clock::now();
    decide(test, outcome);
    outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (options_.after) options_.after(outcome);
    report_.outcomes.push_back(std::move(outcome));
  }
  void nextRound() { ++report_.seed; }
  Report take() {
    report_.seed = options_.seed;
    return std::move(report_);
  }

 private:
  /// What the storage declares. Asked in a child, so that this process never opens what children will open.
  Capabilities ask() {
    const auto body = [this] {
      try {
        harness_.clear();
        return std::to_string(Context(harness_, 0).storage().capabilities().bits());
      } catch (const std::exception& error) {
        return std::string("!") + error.what();
      }
    };
    const ChildAnswer answer = options_.isolate ? inChild(kOpenLimitSeconds, body) : ChildAnswer{body(), {}};
    const std::string why = answer.text.substr(0, 1) == "!" ? answer.text.substr(1) : answer.crash;
    if (!why.empty()) throw std::runtime_error("can't open the storage under test: " + why);
    return Capabilities(std::stoull(answer.text));
  }

  void decide(const Case& test, Outcome& outcome) {
    const auto declared = std::find_if(deviations_.begin(), deviations_.end(),
                                       [&](const Deviation& one) { return one.case_id == test.id; });
    if (declared != deviations_.end()) {
      outcome.result = Result::Deviated;
      outcome.text = declared->reason;
      return;
    }
    outcome.text = missing(test, harness_, report_.capabilities);
    if (!outcome.text.empty()) {
      outcome.result = Result::Skipped;
      return;
    }
    const auto body = [&] { return runHere(test, harness_, report_.seed); };
    if (!options_.isolate) return judge(outcome, body());
    const ChildAnswer answer = inChild(test.limit_seconds, body);
    judge(outcome, answer.crash.empty() ? answer.text : "F" + answer.crash);
  }

  Harness& harness_;
  const Options& options_;
  std::vector<Deviation> deviations_;
  Report report_;
};

}  // namespace

std::size_t Report::count(Result result) const {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(), [&](const Outcome& one) { return one.result == result; }));
}

bool Report::failed(const std::string& id) const {
  return std::any_of(outcomes.begin(), outcomes.end(),
                     [&](const Outcome& one) { return one.result == Result::Failed && id == one.test->id; });
}

Report run(Harness& harness, const std::vector<Group>& groups, const Options& options) {
  const Selection selection(groups, options);
  Run run(harness, options);
  for (unsigned round = 0; round < options.repeat; ++round, run.nextRound()) {
    for (const auto& group : groups) {
      for (const auto& test : group.cases) {
        if (selection.takes(group, test)) run.one(test);
      }
    }
  }
  return run.take();
}

}  // namespace tally::conformance
