// Groups M, S and U: what abilities do when the line to the server breaks.
#include "ability_line_cases.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "failing_server.hpp"
#include "follow_reader.hpp"
#include "group_worker.hpp"
#include "parallel.hpp"
#include "stopper.hpp"
#include "stream_submitter.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;
using Clock = Call::Clock;

constexpr auto kPatience = 30s;  // until everything works again

/// Call `step` until it says yes. It may fail as calls over a broken line do.
template <typename Step>
void untilDone(const std::string& what, Step&& step) {
  const auto limit = Clock::now() + kPatience;
  for (bool done = false; !done;) {
    try {
      done = step();
    } catch (const Error& error) {
      expectErrorAmong({ErrorCode::Unavailable}, what, &error);
      expect(error.retryable(), what + ": found Unavailable that is not retryable");
    }
    expect(Clock::now() < limit, what + ": not at its end in 30 s, although the server is back");
  }
}

void followThrough(FollowReader& reader, const std::string& expected) {
  untilDone("follower of a server that was away", [&] {
    const auto event = reader.next(Call::within(1s));
    expect(event == FollowEvent::Nothing || event == FollowEvent::Data,
           std::string("a follower said ") + nameOf(event) + " of an object that was only out of reach");
    return reader.bytes().size() >= expected.size();
  });
  expectBytes("what a follower delivered over a broken line", reader.bytes(), expected);
}

void serverWasAway(Context& context) {
  Proxied on(context);
  FollowReader reader(*on.storage, "d/x");
  std::string all = kOld;
  reader.expectBytes(all);
  for (unsigned round = 0; round < 3; ++round) {
    const std::string cursor = reader.cursor();
    on.proxy.goAway();
    const std::string more = "+away " + std::to_string(round);
    on.direct->append("d/x", more);
    all += more;
    on.proxy.comeBack();
    followThrough(reader, all);
    FollowOptions options;
    options.cursor = cursor;
    FollowReader(*on.direct, "d/x", options).expectBytes(more);
  }
}

void cutAgainAndAgain(Context& context) {
  Proxied on(context);
  FollowReader reader(*on.storage, "d/x");
  std::string all = kOld;
  for (unsigned round = 0; round < context.rounds(20); ++round) {
    const std::string more = std::to_string(round) + std::string(50'000, static_cast<char>('a' + round % 26)) + "\n";
    on.proxy.arm({round % 2 == 0 ? Fault::CutAnswer : Fault::CutAfter});
    on.direct->append("d/x", more);
    all += more;
    followThrough(reader, all);
  }
}

/// The numbers in a text.
std::vector<std::uint64_t> numbersIn(const std::string& text) {
  std::vector<std::uint64_t> numbers;
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  for (auto at = std::find_if(text.begin(), text.end(), isDigit); at != text.end();) {
    const auto end = std::find_if_not(at, text.end(), isDigit);
    if (end - at < 18) numbers.push_back(std::stoull(std::string(at, end)));
    at = std::find_if(end, text.end(), isDigit);
  }
  return numbers;
}

void answersLost(Context& context) {
  Proxied on(context);
  on.direct->remove("d/x");
  const auto stream = openStream(*on.storage, "d/x", {0, 64});
  constexpr std::uint64_t kAcknowledged = 20, kAll = 60;
  const auto line = [](std::uint64_t number) { return std::to_string(number) + "\n"; };
  Submitter submitter(*stream);
  for (std::uint64_t i = 0; i < kAcknowledged; ++i) submitter.submit(line(i));
  submitter.flush();
  on.proxy.arm({Fault::CutAfter, Strike::kForEver});
  const Error lost =
      expectAnyError({ErrorCode::OutcomeUnknown, ErrorCode::Unavailable}, "append stream whose answers are lost", [&] {
        for (std::uint64_t i = kAcknowledged; i < kAll; ++i) submitter.submit(line(i));
        submitter.flush();
      });
  on.proxy.disarm();
  for (int again = 0; again < 2; ++again) {
    const Error same =
        expectError(lost.code(), "append stream that has failed", [&] { static_cast<void>(stream->submit("later")); });
    expectBytes("what an append stream that has failed says again", same.message(), lost.message());
  }
  const std::string content = on.direct->read("d/x");
  std::string whole;
  std::uint64_t landed = 0;
  while (whole.size() < content.size() && landed < kAll) whole += line(landed++);
  expectBytes("content after an append stream failed", content, whole);
  expect(landed >= kAcknowledged, "appends that were acknowledged are gone");
  if (lost.code() != ErrorCode::OutcomeUnknown) return;
  const auto named = numbersIn(lost.message());
  const bool names_it = std::any_of(named.begin(), named.end(), [&](std::uint64_t ticket) {
    return ticket >= kAcknowledged && ticket < kAll && ticket <= landed;
  });
  expect(names_it, "the error of a stream names no ticket from which on the outcome is unknown: " + lost.message());
}

void cancelledWhileWaiting(Context& context) {
  Proxied on(context);
  const auto stream = openStream(*on.storage, "d/x");
  Submitter submitter(*stream);
  submitter.submit("+first");
  submitter.flush();
  const int before = on.proxy.struck();
  on.proxy.arm({Fault::Hang, Strike::kForEver});
  submitter.submit("+second");
  Stopper stopper(context.harness());
  Clock::time_point asked, answered;
  inThreads(2, [&](unsigned i) {
    if (i == 0) {
      expectError(ErrorCode::Cancelled, "wait of an append stream that is cancelled while nobody answers",
                  [&] { stream->wait(1, stopper.within(kPatience)); });
      answered = Clock::now();
      return;
    }
    const auto limit = Clock::now() + kPatience / 3;
    while (on.proxy.struck() == before && Clock::now() < limit) std::this_thread::sleep_for(1ms);
    asked = Clock::now();
    stopper.stop();
  });
  expect(answered - asked < 2s, "wait of an append stream that is cancelled: did not end soon");
  on.proxy.disarm();
  const Ending ending =
      outcomeOf(context, "wait of an append stream, again", [&] { stream->wait(1, Call::within(kPatience)); });
  const std::string first = std::string(kOld) + "+first", found = on.direct->read("d/x");
  if (ending == Ending::Done || found != first) expectBytes("content of 'd/x'", found, first + "+second");
}

void workerOverABadLine(Context& context) {
  Proxied on(context);
  constexpr unsigned kCount = 40;
  makeQueue(*on.direct, kCount);
  std::set<std::string> seen;
  std::unique_ptr<GroupWorker> worker;
  unsigned round = 0;
  untilDone("worker over a bad line", [&] {
    if (++round % 4 == 0) on.proxy.arm({round % 8 == 0 ? Fault::CutAnswer : Fault::CutAfter});
    try {
      if (!worker) worker = std::make_unique<GroupWorker>(*on.storage, "w");
      worker->take(3, Call::within(200ms));
      for (const auto& record : worker->records()) seen.insert(record.content);
      worker->acknowledgeAll();
    } catch (const Error& error) {
      worker.reset();  // whatever was handed out and lost comes again when the name joins again
      if (error.code() != ErrorCode::OutcomeUnknown) throw;
    }
    return seen.size() == kCount;
  });
}

}  // namespace

std::vector<Case> followLineCases() {
  const auto needs = Follow::kId | Needs(Facility::Server);
  return {
      {"M09", "the server was away: goes on where it was, and so does its cursor", serverWasAway, needs},
      {"M22", "the line is cut again and again: nothing lost, nothing twice", cutAgainAndAgain, needs, Pace::Slow, 120},
  };
}

std::vector<Case> appendStreamLineCases() {
  const auto needs = AppendStreams::kId | Needs(Facility::Server);
  return {{"S16", "answers are lost: the stream is over, and names the first append with an unknown outcome",
           answersLost, needs, Pace::Quick, 120},
          {"S18", "wait: a cancellation ends it at once, and that wait alone", cancelledWhileWaiting, needs, Pace::Slow,
           120}};
}

std::vector<Case> consumerGroupLineCases() {
  return {{"U18", "the line is cut again and again: no record is lost", workerOverABadLine,
           ConsumerGroups::kId | Needs(Facility::Server), Pace::Quick, 120}};
}

}  // namespace tally::conformance
