#include "memory_harness.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"

int main(int argc, char** argv) {
  tally::test::MemoryHarness harness;
  return tally::conformance::runMain(argc, argv, harness, tally::conformance::storeGroups());
}
