// Group G: conditions of a write hold in one step with the write.
#include <array>
#include <atomic>
#include <memory>

#include "groups.hpp"
#include "option_cases.hpp"
#include "parallel.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr unsigned kKeys = 200;

WriteOptions ifAbsent() {
  WriteOptions options;
  options.if_absent = true;
  return options;
}
WriteOptions ifVersion(const Version& version) {
  WriteOptions options;
  options.if_version = version;
  return options;
}

std::string keyOf(std::uint64_t number) { return "d/k" + std::to_string(number); }
std::string valueOf(unsigned writer, std::size_t size = 5000) {
  return std::string(size, static_cast<char>('a' + writer));
}

Version versionOf(IStorage& storage, std::string_view key) {
  const auto stat = storage.stat(key);
  expect(stat.has_value(), "stat of " + quote(key) + ": found nothing");
  expect(!stat->version.empty(), "stat of " + quote(key) + ": no version, although IfVersion is declared");
  return stat->version;
}

/// Whether this writer created the key.
bool create(IStorage& storage, const std::string& key, const std::string& value) {
  try {
    storage.write(key, value, ifAbsent());
    return true;
  } catch (const Error& error) {
    expectErrorAmong({ErrorCode::AlreadyExists}, "write of " + quote(key) + " if absent", &error);
    return false;
  }
}

void exclusive(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "first", ifAbsent());
  expectContent(storage, "d/x", "first");
  const auto before = storage.stat("d/x");
  for (const auto* value : {"second", "", "first"}) {
    expectError(ErrorCode::AlreadyExists, "write of 'd/x' if absent", [&] { storage.write("d/x", value, ifAbsent()); });
  }
  expectContent(storage, "d/x", "first");
  expect(storage.stat("d/x")->modified == before->modified, "stat of 'd/x': a refused write changed its time");
  expect(storage.stat("d/x")->version == before->version, "stat of 'd/x': a refused write changed its version");
  expectListing(storage, "d", {"x"});
  expectError(ErrorCode::IsADirectory, "write of 'd' if absent", [&] { storage.write("d", "x", ifAbsent()); });
  storage.write("empty", "");
  expectError(ErrorCode::AlreadyExists, "write if absent over an empty object",
              [&] { storage.write("empty", "x", ifAbsent()); });
  storage.remove("d/x");
  storage.write("d/x", "again", ifAbsent());
  expectContent(storage, "d/x", "again");
}

void exclusiveThreads(Context& context) {
  auto& storage = context.storage();
  constexpr unsigned kWriters = 16;
  std::array<std::atomic<unsigned>, kKeys> wins{}, winner{};
  inThreads(kWriters, [&](unsigned i) {
    for (unsigned k = 0; k < kKeys; ++k) {
      if (!create(storage, keyOf(k), valueOf(i))) continue;
      ++wins[k];
      winner[k] = i;
    }
  });
  for (unsigned k = 0; k < kKeys; ++k) {
    expectEqual("winners of " + quote(keyOf(k)), wins[k].load(), 1U);
    expectContent(storage, keyOf(k), valueOf(winner[k]));
  }
}

void exclusiveProcesses(Context& context) {
  std::vector<std::unique_ptr<Child>> children;
  for (unsigned i = 0; i < 4; ++i) {
    children.push_back(std::make_unique<Child>([&context, i](const Child::Reporter& report) {
      const auto storage = context.open();
      for (unsigned k = 0; k < kKeys; ++k) {
        if (create(*storage, keyOf(k), valueOf(i))) report(k);
      }
    }));
  }
  std::vector<std::vector<unsigned>> winners(kKeys);
  for (unsigned i = 0; i < 4; ++i) {
    while (const auto won = children[i]->next()) winners[*won].push_back(i);
  }
  for (unsigned k = 0; k < kKeys; ++k) {
    expectEqual<std::size_t>("winners of " + quote(keyOf(k)), winners[k].size(), 1);
    expectContent(context.storage(), keyOf(k), valueOf(winners[k].front()));
  }
}

void exclusiveAgainstWrite(Context& context) {
  auto& storage = context.storage();
  inThreads(2, [&](unsigned i) {
    for (unsigned k = 0; k < kKeys; ++k) {
      if (i == 0) {
        create(storage, keyOf(k), valueOf(0));
      } else {
        storage.write(keyOf(k), valueOf(1));
      }
    }
  });
  // Created first, then overwritten; or written first, and the creation refused: the plain write is always last.
  for (unsigned k = 0; k < kKeys; ++k) expectContent(storage, keyOf(k), valueOf(1));
}

void rightVersion(Context& context) {
  auto& storage = context.storage();
  const Version first = storage.write("x", "one");
  expect(first == versionOf(storage, "x"), "write of 'x': returned another version than stat says");
  const Version second = storage.write("x", "two", ifVersion(first));
  expect(!(second == first), "write of 'x' if version: the version stayed the same");
  expect(second == versionOf(storage, "x"), "write of 'x' if version: returned another version than stat says");
  for (const auto& wrong : {first, Version("nonsense"), Version()}) {
    expectError(ErrorCode::Conflict, "write of 'x' with a stale version",
                [&] { storage.write("x", "three", ifVersion(wrong)); });
  }
  expectContent(storage, "x", "two");
  expect(second == versionOf(storage, "x"), "stat of 'x': a refused write changed its version");
  storage.append("x", "+");
  expectError(ErrorCode::Conflict, "write of 'x' with the version from before an append",
              [&] { storage.write("x", "three", ifVersion(second)); });
  expectContent(storage, "x", "two+");
}

void counter(Context& context) {
  auto& storage = context.storage();
  storage.write("counter", "0");
  const auto increment = [&] {
    std::string value;
    Version version;
    {
      StringSink sink(value);
      version = storage.read("counter", {}, sink, {}).version;
    }
    try {
      storage.write("counter", std::to_string(std::stoi(value) + 1), ifVersion(version));
      return true;
    } catch (const Error& error) {
      expectErrorAmong({ErrorCode::Conflict}, "an increment if version", &error);
      return false;
    }
  };
  inThreads(8, [&](unsigned) {
    for (int done = 0; done < 100;) done += increment() ? 1 : 0;
  });
  expectContent(storage, "counter", "800");
}

void missingWithVersion(Context& context) {
  auto& storage = context.storage();
  const Version old = storage.write("x", "1");
  storage.remove("x");
  for (const auto* key : {"x", "d/never"}) {
    expectError(ErrorCode::Conflict, "write of the absent " + quote(key) + " if version",
                [&] { storage.write(key, "2", ifVersion(old)); });
    expectAbsent(storage, key);
  }
}

void noReturnOfVersions(Context& context) {
  auto& storage = context.storage();
  const Version first = storage.write("x", "A");
  storage.write("x", "B");
  const Version third = storage.write("x", "A");
  expect(!(first == third), "write of 'x': the old content brought the old version back");
  expectError(ErrorCode::Conflict, "write of 'x' with the version of the same content, two writes ago",
              [&] { storage.write("x", "C", ifVersion(first)); });
  storage.remove("x");
  storage.write("x", "A");
  expectError(ErrorCode::Conflict, "write of 'x' with the version from before it was removed and written again",
              [&] { storage.write("x", "C", ifVersion(third)); });
  expectContent(storage, "x", "A");
}

void largeConditional(Context& context) {
  auto& storage = context.storage();
  const std::string large = context.bytes(5'000'000);
  const Version first = storage.write("x", "1");
  const Version second = storage.write("x", large, ifVersion(first));
  expectContent(storage, "x", large);
  expectError(ErrorCode::Conflict, "a large write with a stale version",
              [&] { storage.write("x", context.bytes(5'000'000), ifVersion(first)); });
  expectContent(storage, "x", large);
  expect(second == versionOf(storage, "x"), "stat of 'x': a refused large write changed its version");
}

void undeclared(Context& context) {
  auto& storage = context.storage();
  const bool exclusive = context.offers(Capability::CreateExclusive), versions = context.offers(Capability::IfVersion);
  const bool expiry = context.offers(Capability::TimeToLive);
  if (exclusive && versions && expiry) Context::skip("every option of write is declared");
  const auto refused = [&](const char* what, const WriteOptions& options) {
    for (const auto* key : {"x", "new"}) {
      expectError(ErrorCode::Unsupported, std::string("write with the undeclared option ") + what,
                  [&] { storage.write(key, "2", options); });
    }
  };
  storage.write("x", "1");
  WriteOptions time;
  time.time_to_live = std::chrono::hours(1);
  if (!exclusive) refused("if_absent", ifAbsent());
  if (!versions) refused("if_version", ifVersion(Version("1")));
  if (!expiry) refused("time_to_live", time);
  expectContent(storage, "x", "1");
  expectAbsent(storage, "new");
}

void versionsFollowChanges(Context& context) {
  auto& storage = context.storage();
  std::vector<Version> seen;
  std::optional<SystemTime> last;
  for (int i = 0; i < 50; ++i) {
    if (i % 3 == 2) {
      storage.append("x", "more");
    } else {
      storage.write("x", std::string(static_cast<std::size_t>(i % 2), 'x'));
    }
    const auto stat = storage.stat("x");
    for (const auto& old : seen)
      expect(!(old == stat->version), "stat of 'x': an old version came back after a change");
    seen.push_back(stat->version);
    const bool went_back = last && stat->modified && *stat->modified < *last;
    const bool clock_went_back = last && std::chrono::system_clock::now() < *last;
    expect(!went_back || clock_went_back, "stat of 'x': the modification time went back");
    last = stat->modified;
  }
  const auto before = storage.stat("x");
  expectError(ErrorCode::NotADirectory, "write of 'x/y' below a file", [&] { storage.write("x/y", "1"); });
  expect(storage.stat("x")->version == before->version, "stat of 'x': a failed write beside it changed its version");
}

}  // namespace

Group conditionCases() {
  constexpr auto kVersions = Capability::IfVersion;
  constexpr auto kExclusive = Capability::CreateExclusive;
  Group group{
      'G',
      "conditions: hold in one step with the write",
      {
          {"G01", "write if absent: creates, or is AlreadyExists and changes nothing", exclusive, kExclusive},
          {"G02", "write if absent: 16 threads have one winner for each key", exclusiveThreads, kExclusive},
          {"G03", "write if absent: 4 processes have one winner for each key", exclusiveProcesses,
           kExclusive | Facility::Processes},
          {"G04", "write if absent: beside a plain write either order explains the end", exclusiveAgainstWrite,
           kExclusive},
          {"G05", "write if version: the right one writes, another is a Conflict", rightVersion, kVersions},
          {"G06", "write if version: 8 threads count to 800", counter, kVersions},
          {"G07", "write if version: an absent object is a Conflict and stays absent", missingWithVersion, kVersions},
          {"G08", "write if version: an old version never returns with its content", noReturnOfVersions, kVersions},
          {"G09", "write if version: holds for large values as well", largeConditional, kVersions},
          {"G10", "write: an undeclared option is Unsupported and writes nothing", undeclared},
          {"G12", "stat: version and time follow each change, and only changes", versionsFollowChanges, kVersions},
      }};
  for (auto& more : writeOptionCases()) group.cases.push_back(more);
  return group;
}

}  // namespace tally::conformance
