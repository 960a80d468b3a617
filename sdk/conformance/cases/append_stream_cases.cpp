// Group S: appends that are sent without waiting for the answer to the one before.
#include "ability_line_cases.hpp"
#include "groups.hpp"
#include "stream_submitter.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;

void inOrder(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "begin:");
  std::string all = "begin:";
  const auto stream = openStream(storage, "d/x");
  Submitter submitter(*stream);
  for (unsigned i = 0; i < 1000; ++i) {
    const std::string content = "append " + std::to_string(i) + std::string(i % 50, '.') + "\n";
    submitter.submit(content);
    all += content;
  }
  const auto size = submitter.flush();
  if (size) expectEqual<std::uint64_t>("size after the last append", *size, all.size());
  expectContent(storage, "d/x", all);
}

void windowOf(Context& context, const AppendStreamOptions& options) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "x", options);
  Submitter submitter(*stream);
  std::string all;
  for (unsigned i = 0; i < 100; ++i) {
    const std::string content = std::to_string(i) + std::string(context.number(0, 300), 'x') + "\n";
    submitter.submit(content);
    all += content;
  }
  submitter.flush();
  expectContent(storage, "x", all);
}

void fullByCount(Context& context) { windowOf(context, {0, 3}); }
void fullByBytes(Context& context) { windowOf(context, {1000, 0}); }

void refusedIsNotSent(Context& context) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "x", {0, 1});
  std::string all;
  std::uint64_t taken = 0;
  for (unsigned i = 0; i < 200; ++i) {
    const std::string content = std::to_string(i) + "\n";
    const auto ticket = stream->submit(content);
    if (!ticket) continue;  // and it must never land
    expectEqual("ticket of a submit", *ticket, taken++);
    all += content;
  }
  stream->wait(taken - 1, Call::within(30s));
  expectContent(storage, "x", all);
}

void largeOnes(Context& context) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "x", {100'000, 0});
  Submitter submitter(*stream);
  std::string all;
  for (const std::size_t size : {10U, 3'000'000U, 0U, 500'000U, 1U}) {
    const std::string content = context.bytes(size);
    submitter.submit(content);
    all += content;
  }
  submitter.flush();
  expectContent(storage, "x", all);
}

void createdByTheFirst(Context& context) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "d/x");
  expectAbsent(storage, "d/x");
  Submitter submitter(*stream);
  submitter.submit("1");
  submitter.flush();
  expectContent(storage, "d/x", "1");
}

void sizes(Context& context) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "x");
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const std::string content(i * 10, 'x');
    expected += content.size();
    expect(stream->submit(content) == i, "a submit with nothing on its way was not taken");
    const auto size = stream->wait(i, Call::within(30s));
    if (size) expectEqual("size after append " + std::to_string(i), *size, expected);
    expectEqual<std::uint64_t>("size by stat after append " + std::to_string(i), storage.stat("x")->size.value_or(0),
                               expected);
  }
}

void waitAgain(Context& context) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "x");
  expect(stream->submit("1") == 0U, "the first submit was not ticket 0");
  const std::uint32_t word = 1;
  Call cancelled;
  cancelled.cancel = CancelToken(&word, -1);
  const auto mayEndEarly = [&](const Call& call, ErrorCode code) {
    try {
      stream->wait(0, call);
    } catch (const Error& error) {
      expectErrorAmong({code}, "wait that must end early", &error);
    }
  };
  mayEndEarly(cancelled, ErrorCode::Cancelled);
  mayEndEarly(Call::within(0ns), ErrorCode::Timeout);
  stream->wait(0, Call::within(30s));
  stream->wait(0, Call::within(30s));
  expect(stream->submit("2") == 1U, "the second submit was not ticket 1");
  stream->wait(1, Call::within(30s));
  expectContent(storage, "x", "12");
}

void unknownTicket(Context& context) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "x");
  for (const std::uint64_t ticket : {std::uint64_t{0}, std::uint64_t{7}, UINT64_MAX}) {
    expectError(ErrorCode::InvalidArgument, "wait for a ticket that was never given",
                [&] { stream->wait(ticket, Call::within(30s)); });
  }
  Submitter submitter(*stream);
  submitter.submit("goes on");
  submitter.flush();
  expectContent(storage, "x", "goes on");
}

void directory(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  expectError(ErrorCode::IsADirectory, "append stream to a directory",
              [&] { of<AppendStreams>(storage).openAppendStream("d", {}, {}); });
}

void failedIsOver(Context& context) {
  auto& storage = context.storage();
  const auto stream = openStream(storage, "x");
  try {
    storage.write("x/below", "1");
  } catch (const Error& error) {
    Context::skip("an open stream keeps its place: " + std::string(nameOf(error.code())));
  }
  const auto attempt = [&] {
    const auto ticket = stream->submit("lost");
    stream->wait(ticket.value_or(0), Call::within(30s));
  };
  const Error first = expectError(ErrorCode::IsADirectory, "append to what became a directory", attempt);
  storage.remove("x", {true});
  const Error again = expectError(ErrorCode::IsADirectory, "append by a stream that has failed", attempt);
  expectBytes("what a stream that has failed says again", again.message(), first.message());
  expectError(ErrorCode::IsADirectory, "submit to a stream that has failed",
              [&] { static_cast<void>(stream->submit("later")); });
  expectError(ErrorCode::IsADirectory, "wait of a stream that has failed", [&] { stream->wait(0, {}); });
  expectAbsent(storage, "x");
  const auto other = openStream(storage, "x");
  Submitter submitter(*other);
  submitter.submit("another stream");
  submitter.flush();
  expectContent(storage, "x", "another stream");
}

}  // namespace

Group appendStreamCases() {
  constexpr auto kStream = AppendStreams::kId;
  Group group{
      'S',
      "append streams, with tally.append_stream/1",
      {
          {"S01", "submit: a thousand land exactly, in order", inOrder, kStream},
          {"S02", "submit: a window of three appends is enough to go on", fullByCount, kStream},
          {"S03", "submit: a window of 1000 bytes likewise", fullByBytes, kStream},
          {"S04", "submit: what a full window did not take never lands", refusedIsNotSent, kStream},
          {"S05", "submit: empty and large appends, also above the window", largeOnes, kStream},
          {"S06", "open: the object is created by the first append, not before", createdByTheFirst, kStream},
          {"S07", "wait: says the size just after that append, which has landed", sizes, kStream},
          {"S08", "wait: may end early and be called again", waitAgain, kStream},
          {"S09", "wait: a ticket that was never given is InvalidArgument and ends nothing", unknownTicket, kStream},
          {"S13", "open: a directory is IsADirectory", directory, kStream},
          {"S14", "a stream that has failed says the same from then on", failedIsOver, kStream},
      }};
  for (auto& more : appendStreamRaceCases()) group.cases.push_back(more);
  for (auto& more : appendStreamLineCases()) group.cases.push_back(more);
  return group;
}

}  // namespace tally::conformance
