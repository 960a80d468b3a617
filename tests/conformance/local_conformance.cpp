// The kit on the local backend's class, without loading anything.

#include "local_harness.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"

int main(int argc, char** argv) {
  tally::test::LocalHarness harness;
  return tally::conformance::runMain(argc, argv, harness, tally::conformance::storeGroups());
}
