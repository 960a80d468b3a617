// The kit on the redis backend's class, against a server that it starts.

#include "redis_harness.hpp"
#include "tally/conformance/runner.hpp"
#include "tally/conformance/store_groups.hpp"

int main(int argc, char** argv) {
  using namespace tally::test;
  SinglePlace place;
  SingleRedisHarness harness("redis, in-process", place, openDirectly, false);
  return tally::conformance::runMain(argc, argv, harness, tally::conformance::storeGroups());
}
