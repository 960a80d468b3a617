#pragma once
// What is tried in each round, and what was met.

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

#include "local/local_storage.hpp"

namespace tally::crash {

struct Plan {
  std::filesystem::path root;
  int rounds;
  local::Durability durability;
};

struct Tally {
  std::uint64_t acknowledged = 0;    // steps that had to survive
  std::uint64_t unacknowledged = 0;  // steps that survived although nobody was told
  std::uint64_t torn_on_disk = 0;    // parts of records or temporaries left by the dead, which nobody may see
};

/// Kill processes while they replace values of 1 KB to 1 MB.
Tally replaceRounds(const Plan& plan, std::mt19937& random);

/// Kill two processes while they append records of 300 B to 20 KB to one file.
Tally appendRounds(const Plan& plan, std::mt19937& random);

/// Kill processes while each of their appends makes an object, of 20 to 200 KB.
Tally makeRounds(const Plan& plan, std::mt19937& random);

}  // namespace tally::crash
