// Groups V and W: what the service says of itself, and its index of names made anew.
#include <algorithm>
#include <atomic>

#include "abilities.hpp"
#include "groups.hpp"
#include "parallel.hpp"
#include "tally/extensions/health.hpp"
#include "tally/extensions/reindex.hpp"

namespace tally::conformance {
namespace {

struct Finding {
  HealthLevel level;
  std::string subject, text;
};

std::vector<Finding> healthOf(IStorage& storage) {
  struct Collect final : HealthSink {
    std::vector<Finding> findings;
    void take(HealthLevel level, std::string_view subject, std::string_view text) override {
      findings.push_back({level, std::string(subject), std::string(text)});
    }
  } collect;
  of<Health>(storage).checkHealth(collect, {});
  return std::move(collect.findings);
}

bool isOneLine(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= ' ' && c != 0x7F; });
}

void findings(Context& context) {
  for (const auto& finding : healthOf(context.storage())) {
    const bool known = finding.level >= HealthLevel::Good && finding.level <= HealthLevel::Fault;
    expect(known, "a finding has the unknown level " + std::to_string(static_cast<unsigned>(finding.level)));
    expect(isOneLine(finding.subject) && finding.subject.size() <= 40,
           "the subject of a finding is not a word or two: " + quote(finding.subject));
    expect(isOneLine(finding.text), "the text of a finding is not one line: " + quote(finding.text));
  }
}

void noSecrets(Context& context) {
  const auto secrets = context.harness().secrets();
  if (secrets.empty()) Context::skip("the options that it was opened with hold no secret");
  for (const auto& finding : healthOf(context.storage())) {
    const std::string all = finding.subject + "\n" + finding.text;
    for (const auto& secret : secrets)
      expect(all.find(secret) == all.npos, "a finding tells the value of a secret option");
  }
}

void changesNothing(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  storage.append("log", "2");
  const auto version = storage.stat("d/x")->version;
  healthOf(storage);
  expectListing(storage, "", {"d/", "log"});
  expectContent(storage, "d/x", "1");
  expect(storage.stat("d/x")->version == version, "a question for the health changed the version of an object");
}

void asksNobodyTooLate(Context& context) {
  struct Ignore final : HealthSink {
    void take(HealthLevel, std::string_view, std::string_view) override {}
  } ignore;
  auto& health = of<Health>(context.storage());
  expectError(ErrorCode::Timeout, "question for the health without any time",
              [&] { health.checkHealth(ignore, Call::within(std::chrono::nanoseconds(0))); });
}

/// Counts, and can be asked to stop the work.
struct Watch final : ReindexProgress {
  void lookedAt(std::uint64_t objects) override {
    expect(objects >= last, "the progress of a reindex went back");
    last = objects;
    ++times;
    if (stop_at_once) throw Error(ErrorCode::Cancelled, "seen enough");
  }
  std::uint64_t last = 0, times = 0;
  bool stop_at_once = false;
};

std::vector<std::string> fill(IStorage& storage, unsigned count) {
  std::vector<std::string> keys;
  for (unsigned i = 0; i < count; ++i) {
    keys.push_back("d" + std::to_string(i % 7) + "/e/k" + std::to_string(i));
    storage.write(keys.back(), std::to_string(i));
  }
  return keys;
}

std::vector<std::string> everyListing(IStorage& storage) {
  std::vector<std::string> all = namesIn(storage, "");
  for (int i = 0; i < 7; ++i) {
    for (const auto* below : {"", "/e"}) {
      for (auto& name : namesIn(storage, "d" + std::to_string(i) + below)) all.push_back(std::move(name));
    }
  }
  return all;
}

void sameListing(Context& context) {
  auto& storage = context.storage();
  const auto keys = fill(storage, 300);
  storage.remove(keys.front());
  const auto before = everyListing(storage);
  Watch watch;
  const auto result = of<Reindex>(storage).rebuildIndex(watch, {});
  expectNames("listings after a reindex", everyListing(storage), before);
  expectEqual<std::uint64_t>("objects listed after a reindex", result.objects, keys.size() - 1);
  expectEqual<std::uint64_t>("objects that a reindex found new", result.added, 0);
  expectEqual<std::uint64_t>("objects that a reindex dropped", result.dropped, 0);
  expect(watch.times != 0, "a reindex of 299 objects told no progress");
  for (const auto& key : {keys[1], keys.back()}) expectContent(storage, key, key.substr(key.find('k') + 1));
}

void besideWriters(Context& context) {
  auto& storage = context.storage();
  const auto keys = fill(storage, 100);
  const auto before = everyListing(storage);
  const unsigned enough = context.rounds(10);
  std::atomic<bool> done{false};
  std::atomic<unsigned> looks{0};
  inThreads(3, [&](unsigned i) {
    const RaiseAtEnd raise(done);  // also when one of them has found something
    if (i == 0) {
      for (unsigned round = 0; round < enough || !(done || looks > 20 || round > 50 * enough); ++round) {
        Watch watch;
        of<Reindex>(storage).rebuildIndex(watch, {});
      }
    } else if (i == 1) {
      for (; !done; ++looks) expectNames("listings during a reindex", everyListing(storage), before);
    } else {
      for (unsigned round = 0; !done; ++round) storage.append(keys[round % keys.size()], "+");
    }
  });
  expectNames("listings after a reindex", everyListing(storage), before);
}

void newOnes(Context& context) {
  auto& storage = context.storage();
  std::atomic<bool> done{false};
  std::vector<std::string> expected;
  inThreads(2, [&](unsigned i) {
    if (i == 0) {
      const RaiseAtEnd raise(done);
      for (unsigned round = 0; round < context.rounds(10); ++round) {
        Watch watch;
        of<Reindex>(storage).rebuildIndex(watch, {});
      }
      return;
    }
    for (unsigned round = 0; !done && round < 2000; ++round) {
      const std::string name = "k" + std::to_string(10'000 + round);
      storage.write("new/" + name, "1");
      if (round % 3 == 0) {
        storage.remove("new/" + name);
      } else {
        expected.push_back(name);
      }
    }
  });
  expectNames("entries of 'new', written and removed during a reindex", namesIn(storage, "new"), expected);
}

void ended(Context& context) {
  auto& storage = context.storage();
  fill(storage, 300);
  const auto before = everyListing(storage);
  Watch watch;
  watch.stop_at_once = true;
  expectError(ErrorCode::Cancelled, "reindex whose progress says stop",
              [&] { of<Reindex>(storage).rebuildIndex(watch, {}); });
  expectNames("listings after a reindex that was ended", everyListing(storage), before);
}

}  // namespace

Group healthCases() {
  constexpr auto kHealth = Health::kId;
  return {'V',
          "health, with tally.health/1",
          {
              {"V01", "findings have a known level, a subject and one sentence", findings, kHealth},
              {"V02", "findings hold no secret", noSecrets, kHealth},
              {"V03", "a question for the health changes nothing", changesNothing, kHealth},
              {"V04", "a question whose time is over is a Timeout", asksNobodyTooLate, kHealth},
          }};
}

Group reindexCases() {
  constexpr auto kReindex = Reindex::kId;
  return {'W',
          "reindex, with tally.reindex/1",
          {
              {"W01", "listings and contents are the same afterwards, and the progress is told", sameListing, kReindex},
              {"W02", "whatever is there and stays is listed at every moment", besideWriters, kReindex},
              {"W03", "what is created or removed meanwhile is right afterwards", newOnes, kReindex},
              {"W04", "ended by its progress, it leaves the listings right", ended, kReindex},
          }};
}

}  // namespace tally::conformance
