#include "rounds.hpp"
#include "victim.hpp"

namespace tally::crash {
namespace {

namespace fs = std::filesystem;

// The value of step `n`: eight bytes that say the step, repeated to a length that follows from it.
std::string valueOf(std::uint32_t n) {
  const std::size_t repetitions = n % 5 == 4 ? 131072 : 128 + n % 7 * 128;
  char word[9];
  std::snprintf(word, sizeof word, "%08x", n);
  std::string value;
  value.reserve(repetitions * 8);
  for (std::size_t i = 0; i < repetitions; ++i) value.append(word, 8);
  return value;
}

// Returns the step that a value comes from.
std::uint32_t stepOf(const std::string& value) {
  expect(value.size() >= 8, "the value has " + std::to_string(value.size()) + " bytes");
  const auto step = static_cast<std::uint32_t>(std::stoul(value.substr(0, 8), nullptr, 16));
  expect(value == valueOf(step), "the value of step " + std::to_string(step) + " is not whole");
  return step;
}

std::uint64_t leftovers(const fs::path& folder) {
  std::uint64_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    count += entry.path().filename().string().rfind(".tally~", 0) == 0;
  }
  return count;
}

void check(const Plan& plan, std::uint32_t acknowledged, Tally& tally) {
  local::LocalStorage reader({plan.root});
  const auto found = stepOf(reader.read("d/k"));
  expect(found + 1 == acknowledged || found == acknowledged,
         "found the value of step " + std::to_string(found) + " after " + std::to_string(acknowledged));
  const auto listed = reader.list("d");
  expect(listed.size() == 1 && listed[0].path == "d/k", "the listing shows more than the value");
  tally.torn_on_disk += leftovers(plan.root / "d");
  tally.unacknowledged += found == acknowledged;
  tally.acknowledged += acknowledged;

  local::LocalStorage writer({plan.root, true, plan.durability});
  writer.write("unrelated", "x");
  expect(leftovers(plan.root / "d") == 0, "a new writer does not clean up");
}

}  // namespace

Tally replaceRounds(const Plan& plan, std::mt19937& random) {
  Tally tally;
  for (int round = 0; round < plan.rounds; ++round) {
    Victim victim([&](std::uint32_t step) {
      static local::LocalStorage storage({plan.root, true, plan.durability});
      storage.write("d/k", valueOf(step));
    });
    victim.start();
    victim.awaitFirstStep();
    spin(std::chrono::microseconds(random() % 4000));
    check(plan, victim.kill(), tally);
  }
  return tally;
}

}  // namespace tally::crash
