// Group S: several threads, streams and processes, and streams that end early.
#include <algorithm>
#include <atomic>
#include <thread>

#include "parallel.hpp"
#include "stream_submitter.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;

void manyWaiters(Context& context) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "x", {0, 16});
  const std::uint64_t count = context.rounds(400);
  std::atomic<std::uint64_t> submitted{0};
  std::atomic<bool> stopped{false};
  std::string all;
  for (std::uint64_t i = 0; i < count; ++i) all += std::to_string(i) + "\n";
  inThreads(4, [&](unsigned i) {
    if (i == 0) {
      const RaiseAtEnd raise(stopped);
      Submitter submitter(*stream);
      for (; submitted < count; ++submitted) submitter.submit(std::to_string(submitted) + "\n");
      return;
    }
    for (std::uint64_t ticket = i - 1; ticket < count; ticket += 3) {
      while (submitted <= ticket && !stopped) std::this_thread::yield();
      stream->wait(ticket, Call::within(30s));
    }
  });
  expectContent(storage, "x", all);
}

/// That `content` is the first of the numbered lines of each writer, in order, nothing torn.
void expectWholeInOrder(const std::string& content, const std::string& writers) {
  std::vector<unsigned> next(writers.size(), 0);
  for (std::size_t at = 0; at < content.size();) {
    const auto end = content.find('\n', at);
    expect(end != content.npos, "the object ends inside an append");
    const std::string line = content.substr(at, end - at);
    const auto writer = writers.find(line[0]);
    expect(writer != writers.npos, "the object holds what nobody appended: " + quote(line));
    expectBytes("next append of writer " + line.substr(0, 1), line, line[0] + std::to_string(next[writer]++));
    at = end + 1;
  }
}

void closedEarly(Context& context) {
  auto& storage = context.storage();
  for (const unsigned waited : {0U, 1U, 50U, 100U}) {
    const std::string key = "x" + std::to_string(waited);
    {
      const auto stream = openStream(storage, key);
      Submitter submitter(*stream);
      for (unsigned i = 0; i < 100; ++i) submitter.submit("a" + std::to_string(i) + "\n");
      if (waited != 0) stream->wait(waited - 1, Call::within(30s));
    }
    const auto found = storage.stat(key);
    if (!found && waited == 0) continue;
    const std::string content = storage.read(key);
    expectWholeInOrder(content, "a");
    const auto lines = static_cast<unsigned>(std::count(content.begin(), content.end(), '\n'));
    expect(lines >= waited, "appends that were acknowledged are not there after the stream was closed");
  }
  storage.append("x100", "behind");  // and nothing comes late between
  const std::string content = storage.read("x100");
  expectBytes("end of 'x100'", content.substr(content.size() - 6), "behind");
}

void together(Context& context) {
  auto& storage = context.storage();
  const unsigned count = context.rounds(150);
  inThreads(3, [&](unsigned i) {
    const std::string name(1, static_cast<char>('a' + i));
    const auto stream = i == 2 ? nullptr : openStream(storage, "x", {0, 8});
    std::optional<Submitter> submitter;
    if (stream) submitter.emplace(*stream);
    for (unsigned line = 0; line < count; ++line) {
      const std::string content = name + std::to_string(line) + "\n";
      if (submitter) {
        submitter->submit(content);
      } else {
        storage.append("x", content);
      }
    }
    if (submitter) submitter->flush();
  });
  const std::string content = storage.read("x");
  expectWholeInOrder(content, "abc");
  expectEqual("appends that landed", static_cast<unsigned>(std::count(content.begin(), content.end(), '\n')),
              3 * count);
}

void killedWriter(Context& context) {
  std::uint64_t acknowledged = 0;
  {
    Child writer([&](const Child::Reporter& report) {
      const auto storage = context.open();
      const auto stream = openStream(*storage, "x", {0, 32});
      for (std::uint64_t next = 0, waited = 0;;) {
        const auto ticket = stream->submit("a" + std::to_string(next) + "\n");
        if (ticket) {
          ++next;
          continue;
        }
        stream->wait(waited, {});
        report(++waited);
      }
    });
    while (acknowledged < 300) acknowledged = writer.next().value_or(300);
    writer.kill();
    while (const auto more = writer.next()) acknowledged = *more;
  }
  const std::string content = context.open()->read("x");
  expectWholeInOrder(content, "a");
  const auto lines = static_cast<std::uint64_t>(std::count(content.begin(), content.end(), '\n'));
  expect(lines >= acknowledged, "found " + std::to_string(lines) + " appends, but " + std::to_string(acknowledged) +
                                    " were acknowledged before the writer was killed");
}

}  // namespace

std::vector<Case> appendStreamRaceCases() {
  constexpr auto kStream = AppendStreams::kId;
  return {
      {"S10", "wait: from three threads while another one submits", manyWaiters, kStream},
      {"S11", "close: what was not waited for lands whole and in order, or not at all", closedEarly, kStream},
      {"S12", "two streams and plain appends: each whole, each in its order", together, kStream},
      {"S15", "kill -9: what was acknowledged is there, the rest whole and in order", killedWriter,
       kStream | Needs(Facility::Processes)},
  };
}

}  // namespace tally::conformance
