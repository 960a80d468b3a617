// The kit on the redis backend, loaded from its .so by createStorage, against a server that it starts.

#include "redis_harness.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"

int main(int argc, char** argv) {
  using namespace tally::test;
  SinglePlace place;
  SingleRedisHarness harness("redis, from its .so", place, openThroughHost, true);
  return tally::conformance::runMain(argc, argv, harness, tally::conformance::storeGroups());
}
