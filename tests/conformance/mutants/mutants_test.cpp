// The kit on each mutant. One that survives is a hole in the kit. That the reference passes everything is a test of its
// own.

#include "mutants.hpp"

#include <algorithm>
#include <cstdio>

#include "memory_harness.hpp"
#include "tally/conformance/runner.hpp"
#include "wrong_plugin.hpp"

namespace {

using tally::conformance::Options;
using tally::conformance::Report;
using tally::conformance::Result;

class MutantHarness final : public tally::test::MemoryHarness {
 public:
  explicit MutantHarness(const tally::test::Mutant& mutant) : mutant_(mutant) {}
  std::string name() const override { return mutant_.name; }
  std::shared_ptr<tally::IStorage> open() override {
    if (!opened_) opened_ = mutant_.make(MemoryHarness::open());
    return opened_;
  }
  void clear() override {
    MemoryHarness::clear();
    opened_.reset();
  }

 private:
  const tally::test::Mutant& mutant_;
  std::shared_ptr<tally::IStorage> opened_;
};

/// The case that is about the mutant's fault, and a few that a mutant may pass: one that fails everywhere proves
/// nothing.
Report runOn(tally::conformance::Harness& harness, const std::string& about) {
  Options options;
  options.effort = std::min(options.effort, 50U);  // a fault of each call needs no hundreds of rounds
  options.only = {about, "A02", "B03", "C01", "D01"};
  return tally::conformance::run(harness, tally::conformance::baseGroups(), options);
}

std::string failedIds(const Report& report) {
  std::string ids;
  for (const auto& outcome : report.outcomes) {
    if (outcome.result == Result::Failed) ids += std::string(ids.empty() ? "" : " ") + outcome.test->id;
  }
  return ids;
}

bool isCaught(tally::conformance::Harness& harness, const std::string& name, const std::string& about) {
  const Report report = runOn(harness, about);
  const bool caught = report.failed(about), passes_some = report.count(Result::Passed) != 0;
  std::printf("%-8s %-58s by %s (all: %s)%s\n", caught ? "caught" : "SURVIVED", name.c_str(), about.c_str(),
              failedIds(report).c_str(), passes_some ? "" : "; BROKEN, it passes nothing");
  std::fflush(stdout);
  return caught && passes_some;
}

bool isCaught(const tally::test::Mutant& mutant) {
  MutantHarness harness(mutant);
  return isCaught(harness, mutant.name, mutant.caught);
}

/// A plugin whose C interface is wrong.
bool isCaught(tally::test::PluginFault fault, const std::string& name, const std::string& about) {
  tally::test::WrongPluginHarness harness(fault);
  return isCaught(harness, name, about);
}

bool pluginsAreCaught() {
  using tally::test::PluginFault;
  bool all = isCaught(PluginFault::Promises, "an ability of the note is not answered", "P28");
  all = isCaught(PluginFault::Hides, "an ability is answered that the note does not have", "P28") && all;
  return isCaught(PluginFault::LacksSlot, "the table of an ability has a null in it", "P29") && all;
}

bool passes(tally::conformance::Harness& harness, const std::string& about) {
  const Report report = runOn(harness, about);
  if (report.count(Result::Failed) == 0 && report.count(Result::Passed) > 4) return true;
  std::printf("BROKEN   %s: %s fails %s\n", about.c_str(), harness.name().c_str(), failedIds(report).c_str());
  return false;
}

/// The reference offers every ability but one, and is no plugin: what its own test leaves out is tried here.
bool rightOnesPass() {
  const tally::test::Mutant right{"a reindex that is right", "W", tally::test::withReindex};
  MutantHarness reindexed(right);
  tally::test::WrongPluginHarness plugin(tally::test::PluginFault::None);
  const bool reindex_passes = passes(reindexed, "W");
  return passes(plugin, "P28") && passes(plugin, "P29") && reindex_passes;
}

}  // namespace

int main() {
  auto all = tally::test::mutants();
  for (auto& mutant : tally::test::abilityMutants()) all.push_back(std::move(mutant));
  std::size_t survivors = 0;
  for (const auto& mutant : all) survivors += isCaught(mutant) ? 0 : 1;
  std::printf("%zu mutants, %zu survived or broken\n", all.size(), survivors);
  const bool plugins_are_caught = pluginsAreCaught();
  return rightOnesPass() && plugins_are_caught && survivors == 0 ? 0 : 1;
}
