// Small writers, large writers, appenders and readers on one object. TALLY_S2_RACE_SECONDS makes it longer.

#include <atomic>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "race_time.hpp"
#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2::test;

namespace {

/// A value says in its first line how long it is; appended lines follow it.
std::string valueOf(int writer, int number, std::size_t size) {
  const std::string head =
      "V " + std::to_string(writer) + ' ' + std::to_string(number) + ' ' + std::to_string(size) + '\n';
  return head + std::string(size, static_cast<char>('a' + number % 26)) + '\n';
}

/// What is wrong with a content, or nothing.
std::string faultOf(const std::string& content) {
  std::istringstream in(content);
  std::string word, line;
  std::size_t writer = 0, number = 0, size = 0;
  if (!(in >> word >> writer >> number >> size) || word != "V")
    return "no value at its start: " + content.substr(0, 40);
  std::getline(in, line);
  std::getline(in, line);
  if (line != std::string(size, static_cast<char>('a' + number % 26))) return "the value is mixed or cut";
  std::set<std::string> seen;
  while (std::getline(in, line)) {
    if (line.rfind("A ", 0) != 0) return "not an appended line: " + line.substr(0, 40);
    if (!seen.insert(line).second) return "appended twice: " + line;
  }
  return in.eof() && content.back() == '\n' ? "" : "the last line is cut";
}

}  // namespace

TEST_CASE("race: no read is mixed, cut or doubled, and large writes finish") {
  const S2Server server;
  openS2(server)->write("x", valueOf(0, 0, 10));
  std::atomic<bool> done{false};
  std::atomic<int> small{0}, large{0}, appends{0}, reads{0};
  std::mutex mutex;
  std::string fault;
  const auto run = [&](const std::function<void(IStorage&, int)>& step) {
    return std::thread([&, step] {
      try {
        const auto storage = openS2(server);
        for (int i = 0; !done; ++i) step(*storage, i);
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        fault = error.what();
        done = true;
      }
    });
  };
  std::vector<std::thread> threads;
  threads.push_back(run([&](IStorage& storage, int i) {
    storage.write("x", valueOf(1, i, 100));
    ++small;
    std::this_thread::yield();
  }));
  for (int writer = 2; writer < 4; ++writer) {
    threads.push_back(run([&, writer](IStorage& storage, int i) {
      storage.write("x", valueOf(writer, i, 3'000'000));
      ++large;
    }));
  }
  threads.push_back(run([&](IStorage& storage, int i) {
    storage.append("x", "A " + std::to_string(i) + "\n");
    ++appends;
  }));
  for (int reader = 0; reader < 2; ++reader) {
    threads.push_back(run([&](IStorage& storage, int) {
      const std::string wrong = faultOf(storage.read("x"));
      if (!wrong.empty()) throw std::runtime_error(wrong);
      ++reads;
    }));
  }
  const auto end = std::chrono::steady_clock::now() + raceTime();
  waitUntil(
      "the race", [&] { return done || std::chrono::steady_clock::now() > end; },
      raceTime() + std::chrono::seconds(60));
  done = true;
  for (auto& thread : threads) thread.join();
  CHECK(fault.empty());
  CAPTURE(fault);
  MESSAGE("small writes " << small.load() << ", large " << large.load() << ", appends " << appends.load() << ", reads "
                          << reads.load());
  CHECK(small > 0);
  CHECK(large > 0);
  CHECK(appends > 0);
  CHECK(reads > 0);
}

TEST_CASE("race: large appends beside small ones: each once, whole") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->write("log", "");
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) storage->append("log", "small\n");
  });
  for (int i = 0; i < 5; ++i) {
    const std::string large = std::string(1'500'000, static_cast<char>('a' + i)) + "\n";
    storage->append("log", large);
  }
  other.join();
  std::istringstream lines(storage->read("log"));
  std::set<char> whole;
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line == "small") {
      ++count;
      continue;
    }
    CHECK(line == std::string(1'500'000, line[0]));
    CHECK(whole.insert(line[0]).second);
  }
  CHECK(count == 50);
  CHECK(whole.size() == 5);
}
