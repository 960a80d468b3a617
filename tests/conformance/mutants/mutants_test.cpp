// The kit on the reference and on each mutant. A mutant that survives is a hole in the kit.

#include "mutants.hpp"

#include <cstdio>

#include "memory_harness.hpp"
#include "tally/conformance/runner.hpp"

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

/// The quick cases of one client, and the one that is about the mutant's fault, which may be any.
Report runOn(tally::conformance::Harness& harness, const std::string& also) {
  Options options;
  options.quick = true;
  options.only = {"A", "B", "C", "D", "E", "F", "G", "J", "L", also};
  return tally::conformance::run(harness, tally::conformance::baseGroups(), options);
}

std::string failedIds(const Report& report) {
  std::string ids;
  for (const auto& outcome : report.outcomes) {
    if (outcome.result == Result::Failed) ids += std::string(ids.empty() ? "" : " ") + outcome.test->id;
  }
  return ids;
}

bool isCaught(const tally::test::Mutant& mutant) {
  MutantHarness harness(mutant);
  const std::string ids = failedIds(runOn(harness, mutant.caught));
  const bool caught = (" " + ids + " ").find(" " + mutant.caught + " ") != std::string::npos;
  std::printf("%-8s %-58s by %s%s\n", caught ? "caught" : "SURVIVED", mutant.name.c_str(), mutant.caught.c_str(),
              caught ? ("  (all: " + ids + ")").c_str() : ("  (only: " + ids + ")").c_str());
  std::fflush(stdout);
  return caught;
}

}  // namespace

int main() {
  std::size_t survivors = 0;
  for (const auto& mutant : tally::test::mutants()) survivors += isCaught(mutant) ? 0 : 1;
  tally::test::MemoryHarness reference;
  const std::string wrongly = failedIds(tally::conformance::run(reference, tally::conformance::baseGroups(), {}));
  if (!wrongly.empty()) std::printf("the reference fails: %s\n", wrongly.c_str());
  std::printf("%zu mutants, %zu survived\n", tally::test::mutants().size(), survivors);
  return survivors == 0 && wrongly.empty() ? 0 : 1;
}
