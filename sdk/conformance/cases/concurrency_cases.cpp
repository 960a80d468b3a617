// Group H: readers and writers at the same time.
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>

#include "groups.hpp"
#include "parallel.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr std::size_t kSize = std::size_t{4} * 1024 * 1024;
constexpr unsigned kVersions = 26;

/// Every version has its own letter and its own size.
std::size_t sizeOf(unsigned version) { return kSize + version % 26; }
std::string versionOf(unsigned version) { return std::string(sizeOf(version), static_cast<char>('a' + version % 26)); }

void expectWhole(const std::string& bytes) {
  if (bytes.empty()) fail("a read during replaces: empty; it must be one whole version");
  if (bytes.size() != sizeOf(static_cast<unsigned>(bytes[0] - 'a'))) {
    fail("a read during replaces: found " + std::to_string(bytes.size()) +
         " bytes, which no version has from its "
         "first byte on; it must be one whole version");
  }
  const auto other = bytes.find_first_not_of(bytes[0]);
  if (other != bytes.npos) fail("a read during replaces: another version begins at byte " + std::to_string(other));
}

/// Replace the value again and again, until that was often enough and `seen_enough`; not for ever.
template <typename SeenEnough>
void replace(Context& context, IStorage& storage, SeenEnough&& seen_enough) {
  const unsigned enough = context.rounds(kVersions);
  for (unsigned version = 0; version < enough || !(seen_enough() || version > 20 * enough); ++version) {
    storage.write("d/x", versionOf(version));
  }
}

/// One thread replaces; each of `watchers` others looks until it is done, and it is not done before all looked often.
template <typename Look>
void whileReplaced(Context& context, unsigned watchers, Look&& look) {
  constexpr unsigned kLooks = 5;
  auto& storage = context.storage();
  storage.write("d/x", versionOf(0));
  std::atomic<bool> done{false};
  std::atomic<unsigned> satisfied{0};
  inThreads(watchers + 1, [&](unsigned i) {
    const RaiseAtEnd raise(done);  // also when a watcher has found something
    if (i == 0) return replace(context, storage, [&] { return done || satisfied == watchers; });
    for (unsigned looks = 1; !done; ++looks) {
      look();
      if (looks == kLooks) ++satisfied;
    }
  });
}

// (bug 19) A value under replacement was empty or missing for a moment.
void readers(Context& context) {
  whileReplaced(context, 8, [&] { expectWhole(context.storage().read("d/x")); });
}

void readerProcesses(Context& context) {
  context.open()->write("d/x", versionOf(0));
  inProcesses(5, [&](unsigned i) {
    const auto storage = context.open();
    if (i == 0) return replace(context, *storage, [] { return true; });
    for (unsigned round = context.rounds(kVersions); round != 0; --round) expectWhole(storage->read("d/x"));
  });
}

// (bug 19)
void statMeanwhile(Context& context) {
  auto& storage = context.storage();
  whileReplaced(context, 3, [&] {
    const auto stat = storage.stat("d/x");
    expect(stat.has_value(), "stat during replaces: found nothing");
    expect(!stat->is_directory, "stat during replaces: found a directory");
    expect(!stat->size || (*stat->size >= kSize && *stat->size < kSize + 26),
           "stat during replaces: found a size that was never written");
    expectListing(storage, "d", {"x"});
  });
}

// (bug 20) Both values were left, one behind the other.
void twoWriters(Context& context) {
  auto& storage = context.storage();
  for (unsigned round = 0; round < context.rounds(500); ++round) {
    const auto value = [round](unsigned i) {
      return std::to_string(round) + std::string(2000 + 500 * i, static_cast<char>('a' + i));
    };
    inThreads(2, [&](unsigned i) { storage.write("d/x", value(i)); });
    const std::string found = storage.read("d/x");
    expect(found == value(0) || found == value(1),
           "content of 'd/x' after two writes at once: " + std::to_string(found.size()) +
               " bytes, which is neither of the two values");
  }
}

void manyKeys(Context& context) {
  auto& storage = context.storage();
  inThreads(20, [&](unsigned i) {
    const std::string key = "d" + std::to_string(i % 4) + "/k" + std::to_string(i);
    for (unsigned round = 0; round < 20; ++round) {
      const std::string value = std::to_string(round) + std::string(4096, static_cast<char>('a' + i));
      storage.write(key, value);
      expectBytes("content of " + quote(key), storage.read(key), value);
    }
  });
}

void writeAndAppend(Context& context) {
  auto& storage = context.storage();
  for (unsigned round = 0; round < context.rounds(200); ++round) {
    storage.write("x", "old");
    inThreads(2, [&](unsigned i) {
      if (i == 0) {
        storage.write("x", "written");
      } else {
        storage.append("x", "+appended");
      }
    });
    const std::string found = storage.read("x");
    expect(found == "written" || found == "written+appended",
           "content of 'x' after a write and an append at once: " + quote(found));
  }
}

// A backend over a network may lose the answer; that it says so is right.
void appendOrSayUnknown(IStorage& storage, std::string_view key, std::string_view content) {
  try {
    storage.append(key, content);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::OutcomeUnknown) throw;
  }
}

void removeAndAppend(Context& context) {
  auto& storage = context.storage();
  for (unsigned round = 0; round < context.rounds(200); ++round) {
    storage.write("x", "old");
    inThreads(2, [&](unsigned i) {
      if (i == 0) {
        storage.remove("x");
      } else {
        for (int k = 0; k < 3; ++k) appendOrSayUnknown(storage, "x", "line\n");
      }
    });
    if (!storage.stat("x")) continue;
    const std::string found = storage.read("x");
    expect(found == "line\n" || found == "line\nline\n" || found == "line\nline\nline\n",
           "content of 'x' after a remove and appends at once: " + quote(found));
  }
}

void newParent(Context& context) {
  auto& storage = context.storage();
  for (unsigned round = 0; round < context.rounds(30); ++round) {
    const std::string parent = "p" + std::to_string(round) + "/q/r";
    inThreads(16, [&](unsigned i) { storage.write(parent + "/" + static_cast<char>('a' + i), "x"); });
    expectEqual<std::size_t>("entries of a parent made by 16 threads", storage.list(parent).size(), 16);
  }
}

void lastChild(Context& context) {
  auto& storage = context.storage();
  for (unsigned round = 0; round < context.rounds(300); ++round) {
    storage.write("d/e/old", "x");
    inThreads(2, [&](unsigned i) {
      if (i == 0) {
        storage.remove("d/e/old");
      } else {
        storage.write("d/e/new", "y");
      }
    });
    expectContent(storage, "d/e/new", "y");
    storage.remove("d/e/new");
  }
}

/// What a read delivered, and what it said of that.
struct SeenState {
  std::uint64_t number, size;
  StorageStat stat;
};

SeenState readState(IStorage& storage) {
  std::string bytes;
  StorageStat stat;
  {
    StringSink sink(bytes);
    stat = storage.read("d/x", {}, sink, {});
  }
  return {std::strtoull(bytes.c_str(), nullptr, 10), bytes.size(), stat};
}

void stateOfRead(Context& context) {
  auto& storage = context.storage();
  const unsigned writes = context.rounds(400);
  std::vector<Version> written;
  std::atomic<bool> done{false};
  std::vector<SeenState> seen[3];
  const auto value = [](unsigned number) {
    return std::to_string(number) + ':' + std::string(std::size_t{number} * 701, 'x');
  };
  written.push_back(storage.write("d/x", value(0)));
  inThreads(4, [&](unsigned i) {
    if (i < 3) {
      while (!done) seen[i].push_back(readState(storage));
      return;
    }
    const RaiseAtEnd raise(done);
    for (unsigned number = 1; number < writes; ++number) written.push_back(storage.write("d/x", value(number)));
  });
  for (const auto& states : seen) {
    for (const auto& state : states) {
      const std::string what = "read of value " + std::to_string(state.number) + " during replaces: says ";
      if (state.stat.size) expectEqual(what + "a size", *state.stat.size, state.size);
      expect(state.stat.version == written.at(state.number), what + "the version of another value");
    }
  }
}

/// Whether it was done; else the key can't hold a file.
bool isWritten(IStorage& storage, const std::string& key, bool appended) {
  try {
    if (appended) {
      storage.append(key, key);
    } else {
      storage.write(key, key);
    }
    return true;
  } catch (const Error& error) {
    expectErrorAmong({ErrorCode::IsADirectory, ErrorCode::NotADirectory}, "write of " + quote(key), &error);
    return false;
  }
}

// (bug 27)
void fileAndDirectory(Context& context) {
  auto& storage = context.storage();
  for (unsigned round = 0; round < context.rounds(200); ++round) {
    const std::string keys[] = {"d/a" + std::to_string(round), "d/a" + std::to_string(round) + "/b"};
    std::atomic<bool> written[2];
    inThreads(2, [&](unsigned i) { written[i] = isWritten(storage, keys[i], round % 2 != 0); });
    expect(!(written[0] && written[1]),
           "writes of " + quote(keys[0]) + " and " + quote(keys[1]) + " at once: both succeeded");
    for (const int i : {0, 1}) {
      if (written[i]) expectContent(storage, keys[i], keys[i]);
    }
  }
}

}  // namespace

Group concurrencyCases() {
  return {'H',
          "readers and writers at the same time",
          {
              {"H01",
               "read: 8 readers of a 4 MiB value under replacement see whole versions",
               readers,
               {},
               Pace::Slow,
               180},
              {"H02", "read: the same with 4 reader processes", readerProcesses, Facility::Processes, Pace::Slow, 180},
              {"H03", "stat, list: never miss a value under replacement", statMeanwhile, {}, Pace::Slow, 180},
              {"H04", "write: of two at once one is left, whole", twoWriters},
              {"H05", "write: 20 keys in parallel keep their own values", manyKeys},
              {"H06", "write and append at once: whole in either order", writeAndAppend},
              {"H07", "remove and append at once: gone, or whole appends made afterwards", removeAndAppend},
              {"H10", "write: 16 threads into a new directory all succeed", newParent},
              {"H11", "write: beside the remove of the last sibling succeeds", lastChild},
              {"H12", "read: says the size and version of just the value that it delivers", stateOfRead},
              {"H13", "write, append: of 'a' and 'a/b' at once one succeeds at most", fileAndDirectory},
          }};
}

}  // namespace tally::conformance
