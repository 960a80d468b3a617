// Everybody at work while connections break and the server is killed: nothing acknowledged is lost, nothing is there
// twice, nothing that was refused is there. TALLY_S2_RACE_SECONDS makes it longer.

#include <poll.h>

#include <atomic>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "race_time.hpp"
#include "s2_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"

using namespace tally;
using namespace tally::s2::test;
using conformance::Fault;
using conformance::FaultProxy;

namespace {

enum class Fate { Landed, Unknown, Refused };

/// What became of each line that somebody appended.
struct Ledger {
  std::map<std::string, Fate> lines;
  int count(Fate fate) const {
    int number = 0;
    for (const auto& [line, what] : lines) number += what == fate ? 1 : 0;
    return number;
  }
};

std::unique_ptr<s2::S2Storage> openThrough(const FaultProxy& proxy) {
  auto settings = settingsFor("http://" + proxy.address());
  settings.request_timeout = std::chrono::milliseconds(1000);
  return std::make_unique<s2::S2Storage>(settings, Call());
}

Fate fateOf(const std::function<void()>& change) {
  try {
    change();
    return Fate::Landed;
  } catch (const Error& error) {
    return error.code() == ErrorCode::OutcomeUnknown ? Fate::Unknown : Fate::Refused;
  }
}

/// Appends one by one, unknown outcomes and all.
void appendPlainly(IStorage& storage, Ledger& ledger, const std::atomic<bool>& done) {
  for (int i = 0; !done; ++i) {
    const std::string line = "plain " + std::to_string(i);
    ledger.lines[line] = fateOf([&] { storage.append("log", line + "\n"); });
  }
}

/// Appends with tokens, again and again until each has landed.
void appendSurely(IStorage& storage, Ledger& ledger, const std::atomic<bool>& done) {
  for (int i = 0; !done; ++i) {
    const std::string line = "sure " + std::to_string(i);
    AppendOptions options;
    options.token = line;
    while (ledger.lines[line] = fateOf([&] { storage.append("sure", line + "\n", options); }), !done) {
      if (ledger.lines[line] == Fate::Landed) break;
    }
  }
}

/// Appends on streams, with another one after each failure.
void appendByStreams(s2::S2Storage& storage, Ledger& ledger, const std::atomic<bool>& done) {
  for (int i = 0; !done;) {
    std::map<std::uint64_t, std::string> waiting;
    const Fate fate = fateOf([&] {
      const auto stream = storage.openAppendStream("piped", {}, Call());
      while (!done) {
        for (int many = 0; many < 20; ++many, ++i) {
          const std::string line = "piped " + std::to_string(i);
          ledger.lines[line] = Fate::Unknown;
          const auto ticket = stream->submit(line + "\n");
          if (ticket) waiting[*ticket] = line;
        }
        stream->wait(waiting.rbegin()->first, Call());
        for (const auto& [ticket, line] : waiting) ledger.lines[line] = Fate::Landed;
        waiting.clear();
      }
    });
    static_cast<void>(fate);
  }
}

/// Replaces and reads: a value is whole, and never an older one than was acknowledged or read before.
void replaceAndRead(IStorage& storage, const std::atomic<bool>& done, std::atomic<int>& reads, std::string& fault) {
  int least = 0;
  for (int i = 1; !done && fault.empty(); ++i) {
    const std::size_t size = i % 5 == 0 ? 1'500'000 : 1000;
    const std::string value = std::to_string(i) + ' ' + std::string(size, static_cast<char>('a' + i % 26));
    if (fateOf([&] { storage.write("value", value); }) == Fate::Landed) least = i;
    try {
      const std::string content = storage.read("value");
      const int number = std::atoi(content.c_str());
      const auto space = content.find(' ');
      if (number < least || number > i) fault = "read " + std::to_string(number) + " after " + std::to_string(least);
      if (content.find_first_not_of(static_cast<char>('a' + number % 26), space + 1) != std::string::npos)
        fault = "a mixed value";
      ++reads;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Corrupt) fault = error.what();
      if (error.code() == ErrorCode::NotFound && least > 0) fault = "it is not there any more";
    }
  }
}

/// What is wrong with an object that these lines were appended to, or nothing.
std::string faultOf(const std::string& content, const Ledger& ledger) {
  std::map<std::string, int> found;
  std::istringstream in(content);
  for (std::string line; std::getline(in, line);) ++found[line];
  for (const auto& [line, count] : found) {
    const auto known = ledger.lines.find(line);
    if (known == ledger.lines.end()) return "nobody appended: " + line;
    if (count > 1) return "appended twice: " + line;
    if (known->second == Fate::Refused) return "refused, but there: " + line;
  }
  for (const auto& [line, fate] : ledger.lines) {
    if (fate == Fate::Landed && found.count(line) == 0) return "acknowledged, but lost: " + line;
  }
  return "";
}

/// On the thread that has started the server, which ends with it.
void doHarm(FaultProxy& proxy, S2Server& server, std::chrono::steady_clock::time_point until) {
  std::mt19937 random(7);
  const std::string busy = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
  const Fault faults[] = {Fault::CutBefore, Fault::CutInside, Fault::CutAfter,  Fault::CutAfter, Fault::Answer,
                          Fault::Hang,      Fault::Delay,     Fault::CutAnswer, Fault::Garble,   Fault::None};
  for (int round = 1; std::chrono::steady_clock::now() < until; ++round) {
    const std::string method = random() % 3 == 0 ? "GET " : "POST ";
    proxy.arm({faults[random() % std::size(faults)], 1, 0, method, busy, std::chrono::milliseconds(1500)});
    ::poll(nullptr, 0, static_cast<int>(20 + random() % 200));
    if (round % 40 != 0) continue;
    server.process().kill();
    server.restart();
  }
}

}  // namespace

TEST_CASE("soak: through breaking connections and a dying server nothing is lost, doubled or mixed") {
  const auto server = S2Server::withFolder();
  FaultProxy proxy(server->address(), kMethods);
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  Ledger plain, sure, piped;
  std::string value_fault;
  const auto first = openS2(*server);
  first->write("value", "0 a");
  const auto storage = openThrough(proxy);
  std::vector<std::thread> threads;
  threads.emplace_back([&] { appendPlainly(*storage, plain, done); });
  threads.emplace_back([&] { appendSurely(*storage, sure, done); });
  threads.emplace_back([&] { appendByStreams(*storage, piped, done); });
  threads.emplace_back([&] { replaceAndRead(*storage, done, reads, value_fault); });
  doHarm(proxy, *server, std::chrono::steady_clock::now() + raceTime());
  done = true;
  for (auto& thread : threads) thread.join();
  if (!server->process().isRunning()) FAIL("the server has ended by itself: " << server->log());
  const auto direct = openS2(*server);
  CHECK(value_fault.empty());
  CAPTURE(value_fault);
  CHECK(faultOf(direct->read("log"), plain).empty());
  CHECK(faultOf(direct->read("sure"), sure).empty());
  CHECK(faultOf(direct->read("piped"), piped).empty());
  MESSAGE("faults " << proxy.struck() << "; plain appends landed " << plain.count(Fate::Landed) << ", unknown "
                    << plain.count(Fate::Unknown) << ", refused " << plain.count(Fate::Refused) << "; sure "
                    << sure.count(Fate::Landed) << "; piped " << piped.count(Fate::Landed) << ", unknown "
                    << piped.count(Fate::Unknown) << "; reads " << reads.load());
  CHECK(proxy.struck() > 10);
  CHECK(plain.count(Fate::Landed) > 0);
  CHECK(sure.count(Fate::Landed) > 0);
  CHECK(piped.count(Fate::Landed) > 0);
  CHECK(reads > 0);
}
