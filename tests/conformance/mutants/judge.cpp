#include "judge.hpp"

#include <algorithm>
#include <cstdio>

#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"

namespace tally::test {

using namespace conformance;

namespace {

const std::vector<Group>& allGroups() {
  static const std::vector<Group> kAll = [] {
    auto groups = baseGroups();
    for (auto& more : storeGroups()) groups.push_back(std::move(more));
    return groups;
  }();
  return kAll;
}

Report runOn(Harness& harness, std::vector<std::string> only, int limit_seconds = 0) {
  Options options;
  options.limit_seconds = limit_seconds;
  options.effort = std::min(options.effort, 50U);  // a fault of each call needs no hundreds of rounds
  options.only = std::move(only);
  return run(harness, allGroups(), options);
}

std::string failedIds(const Report& report) {
  std::string ids;
  for (const auto& outcome : report.outcomes) {
    if (outcome.result == Result::Failed) ids += std::string(ids.empty() ? "" : " ") + outcome.test->id;
  }
  return ids;
}

/// The sentence that a case failed with.
std::string wordsOf(const Report& report, const std::string& id) {
  for (const auto& outcome : report.outcomes) {
    if (outcome.result == Result::Failed && id == outcome.test->id) return outcome.text;
  }
  return {};
}

}  // namespace

bool isCaught(Harness& mutant, const std::string& name, const std::string& by, const std::vector<std::string>& others,
              int limit_seconds) {
  std::vector<std::string> only = others;
  only.push_back(by);
  const Report report = runOn(mutant, std::move(only), limit_seconds);
  const bool caught = report.failed(by), passes_some = report.count(Result::Passed) != 0;
  std::printf("%-8s %-58s by %s (all: %s)%s\n         %s\n", caught ? "caught" : "SURVIVED", name.c_str(), by.c_str(),
              failedIds(report).c_str(), passes_some ? "" : "; BROKEN, it passes nothing", wordsOf(report, by).c_str());
  std::fflush(stdout);
  return caught && passes_some;
}

std::string casesBeside(const std::string& groups, const std::vector<std::string>& known) {
  std::string ids;
  for (const auto& group : allGroups()) {
    if (groups.find(group.letter) == groups.npos) continue;
    for (const auto& test : group.cases) {
      if (std::find(known.begin(), known.end(), test.id) == known.end()) (ids += ids.empty() ? "" : " ") += test.id;
    }
  }
  return ids;
}

bool passesAll(Harness& right, const std::string& group) {
  const Report report = runOn(right, {group});
  if (report.count(Result::Passed) == report.outcomes.size()) return true;
  std::printf("BROKEN   %s fails %s\n", right.name().c_str(), failedIds(report).c_str());
  return false;
}

}  // namespace tally::test
