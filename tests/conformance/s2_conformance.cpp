// The kit on the s2 backend's class, against a server that it starts.

#include "s2_harness.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"

int main(int argc, char** argv) {
  using namespace tally::test;
  const tally::s2::test::S2Server server;
  S2Harness harness("s2, in-process", server, openDirectly, false);
  return tally::conformance::runMain(argc, argv, harness, tally::conformance::storeGroups());
}
