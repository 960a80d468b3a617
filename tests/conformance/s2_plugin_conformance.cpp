// The kit on the s2 backend, loaded from its .so by createStorage, against a server that it starts.

#include "s2_harness.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"

int main(int argc, char** argv) {
  using namespace tally::test;
  const tally::s2::test::S2Server server;
  S2Harness harness("s2, from its .so", server, openThroughHost, true);
  return tally::conformance::runMain(argc, argv, harness, tally::conformance::storeGroups());
}
