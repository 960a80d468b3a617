#pragma once
// How long races and soaks take.

#include <chrono>
#include <cstdlib>

namespace tally::s2::test {

inline std::chrono::seconds raceTime() {
  const char* const seconds = std::getenv("TALLY_S2_RACE_SECONDS");
  return std::chrono::seconds(seconds == nullptr ? 30 : std::atoi(seconds));
}

}  // namespace tally::s2::test
