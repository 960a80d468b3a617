#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>

#include "rounds.hpp"
#include "victim.hpp"

namespace tally::crash {
namespace {

// On a busy machine the kill may come late; files that grow without end would make it later still.
constexpr std::uint32_t kMaxSteps = 200;

// What stands before the bytes of a record; the bytes follow from it.
struct Head {
  std::uint32_t writer, step, size;
};

char byteOf(const Head& head) { return static_cast<char>('a' + (head.writer * 7 + head.step) % 26); }

std::string recordOf(std::uint32_t writer, std::uint32_t step) {
  const Head head{writer, step, 300 + (step * 2654435761U + writer) % 19'700};
  std::string record(sizeof head + head.size, byteOf(head));
  std::memcpy(record.data(), &head, sizeof head);
  return record;
}

using Counts = std::array<std::uint32_t, 2>;  // by writer

// How many records of each writer a file holds. All must be whole and in order.
Counts countRecords(std::string_view content) {
  Counts counts{};
  while (!content.empty()) {
    Head head{};
    expect(content.size() >= sizeof head, "a head is torn");
    std::memcpy(&head, content.data(), sizeof head);
    expect(head.writer < counts.size(), "a record of nobody");
    expect(head.step == counts[head.writer], "a record is missing, doubled or out of order");
    const std::string whole = recordOf(head.writer, head.step);
    expect(content.substr(0, whole.size()) == whole, "a record is torn");
    content.remove_prefix(whole.size());
    ++counts[head.writer];
  }
  return counts;
}

std::function<void(std::uint32_t)> appender(const Plan& plan, const std::string& key, std::uint32_t writer) {
  return [&plan, key, writer](std::uint32_t step) {
    static local::LocalStorage storage({plan.root, true, plan.durability});
    if (step == kMaxSteps) ::pause();
    storage.append(key, recordOf(writer, step));
  };
}

void check(const Plan& plan, const std::string& key, const Counts& acknowledged, Tally& tally) {
  local::LocalStorage reader({plan.root});
  const std::string seen = reader.read(key);
  const Counts found = countRecords(seen);
  for (std::size_t writer = 0; writer < found.size(); ++writer) {
    const auto extra = found[writer] - acknowledged[writer];
    expect(found[writer] >= acknowledged[writer], "an acknowledged record is lost");
    expect(extra <= 1, "more than one record that was not acknowledged");
    tally.unacknowledged += extra;
    tally.acknowledged += acknowledged[writer];
  }
  expect(reader.stat(key)->size == seen.size(), "stat and read disagree");
  const auto path = plan.root / key;
  tally.torn_on_disk += std::filesystem::file_size(path) != seen.size();

  local::LocalStorage writer({plan.root, true, plan.durability});
  writer.append(key, recordOf(0, found[0]));
  expect(countRecords(writer.read(key)) == Counts{found[0] + 1, found[1]}, "a new writer finds another file");
  expect(std::filesystem::file_size(path) == writer.read(key).size(), "a new writer does not cut the torn record off");
}

}  // namespace

Tally appendRounds(const Plan& plan, std::mt19937& random) {
  Tally tally;
  for (int round = 0; round < plan.rounds; ++round) {
    const std::string key = "logs/" + std::to_string(round);
    Victim first(appender(plan, key, 0)), second(appender(plan, key, 1));
    first.start();
    second.start();
    first.awaitFirstStep();
    second.awaitFirstStep();
    spin(std::chrono::microseconds(random() % 500));
    {
      local::LocalStorage reader({plan.root});
      countRecords(reader.read(key));
    }
    Counts acknowledged{};
    acknowledged[0] = first.kill();
    spin(std::chrono::microseconds(random() % 200));
    acknowledged[1] = second.kill();
    check(plan, key, acknowledged, tally);
    std::filesystem::remove(plan.root / key);
  }
  return tally;
}

}  // namespace tally::crash
