#include "memory_harness.hpp"
#include "tally/conformance/runner.hpp"

int main(int argc, char** argv) {
  tally::test::MemoryHarness harness;
  return tally::conformance::runMain(argc, argv, harness);
}
