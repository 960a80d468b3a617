#include "rounds.hpp"
#include "victim.hpp"

namespace tally::crash {
namespace {

namespace fs = std::filesystem;

std::string keyOf(int round, std::uint32_t step) {
  return "made/" + std::to_string(round) + "/" + std::to_string(step);
}

// Long enough to be torn.
std::string recordOf(std::uint32_t step) {
  return std::string(20'000 + step % 7 * 30'000, static_cast<char>('a' + step % 26));
}

// Whether the object is there; then it is whole.
bool isMade(IStorage& storage, int round, std::uint32_t step) {
  const std::string key = keyOf(round, step);
  const auto stat = storage.stat(key);
  if (!stat) return false;
  expect(storage.read(key) == recordOf(step), "the first append of '" + key + "' is not whole");
  return true;
}

void check(const Plan& plan, int round, std::uint32_t acknowledged, Tally& tally) {
  local::LocalStorage reader({plan.root});
  for (std::uint32_t step = 0; step < acknowledged; ++step) {
    expect(isMade(reader, round, step), "an acknowledged object is lost");
  }
  const bool made = isMade(reader, round, acknowledged);
  const fs::path path = plan.root / keyOf(round, acknowledged);
  tally.acknowledged += acknowledged;
  tally.unacknowledged += made;
  tally.torn_on_disk += !made && fs::exists(path);

  local::LocalStorage writer({plan.root, true, plan.durability});
  writer.write("unrelated", "x");
  expect(fs::exists(path) == made, "a new writer does not remove what was half made");
}

}  // namespace

Tally makeRounds(const Plan& plan, std::mt19937& random) {
  Tally tally;
  for (int round = 0; round < plan.rounds; ++round) {
    Victim victim([&](std::uint32_t step) {
      static local::LocalStorage storage({plan.root, true, plan.durability});
      storage.append(keyOf(round, step), recordOf(step));
    });
    victim.start();
    victim.awaitFirstStep();
    spin(std::chrono::microseconds(random() % 3000));
    check(plan, round, victim.kill(), tally);
    fs::remove_all(plan.root / "made" / std::to_string(round));
  }
  return tally;
}

}  // namespace tally::crash
