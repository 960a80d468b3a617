// Kills processes a thousand times while they replace values, while they append, and while an append makes an object,
// and looks for anything lost, torn or left over. Seed and number of rounds may be given: crash_local [seed [rounds]].

#include <cstdlib>
#include <iostream>

#include "rounds.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace tally::crash;
using tally::local::Durability;

void report(const char* what, const Plan& plan, const Tally& tally) {
  std::cout << what << ", durability " << (plan.durability == Durability::Full ? "full" : "process") << ": "
            << plan.rounds << " rounds, " << tally.acknowledged << " acknowledged and all there, "
            << tally.unacknowledged << " whole but not acknowledged, " << tally.torn_on_disk
            << " left half done on disk, none of them seen\n";
}

}  // namespace

int main(int argc, char** argv) try {
  const unsigned seed = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 1000;
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  const tally::test::TempDir dir;
  for (const auto durability : {Durability::Process, Durability::Full}) {
    const int count = durability == Durability::Full ? rounds / 50 : rounds;
    const Plan replacing{dir.path() / "replace", count, durability},
        appending{dir.path() / "append", count, durability}, making{dir.path() / "make", count, durability};
    report("replace", replacing, replaceRounds(replacing, random));
    report("append", appending, appendRounds(appending, random));
    report("first append", making, makeRounds(making, random));
  }
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::cerr << "crash_local: " << error.what() << '\n';
  return EXIT_FAILURE;
}
