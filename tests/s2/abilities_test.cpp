// The optional abilities against the real server: append streams, followers, leases, batches, health.

#include <atomic>
#include <set>
#include <sstream>
#include <thread>

#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2::test;
using tally::test::codeOf;
using tally::test::messageOf;

namespace {

constexpr auto kSoon = std::chrono::seconds(10);

/// Wait for the next event. Data is put behind `text`, which anything else empties.
FollowEvent nextOf(Follower& follower, std::string& text, std::chrono::milliseconds time = kSoon) {
  StringSink sink(text);
  return follower.next(sink, 0, Call::within(time));
}

/// Follow until the text is this one.
void followTo(Follower& follower, std::string& text, const std::string& wanted) {
  waitUntil("the follower has it", [&] {
    if (text == wanted) return true;
    const FollowEvent event = nextOf(follower, text, std::chrono::milliseconds(100));
    if (event == FollowEvent::Reset || event == FollowEvent::Removed) text.clear();
    return text == wanted;
  });
}

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Collected final : BatchSink {
  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    contents[index] = content;
    stats[index] = stat;
  }
  void fail(std::size_t index, const Error& error) override { errors[index] = error.code(); }
  std::map<std::size_t, std::string> contents;
  std::map<std::size_t, StorageStat> stats;
  std::map<std::size_t, ErrorCode> errors;
};

struct Findings final : HealthSink {
  void take(HealthLevel level, std::string_view subject, std::string_view text) override {
    lines.push_back(std::to_string(static_cast<int>(level)) + ' ' + std::string(subject) + ": " + std::string(text));
  }
  bool has(const std::string& start) const {
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.rfind(start, 0) == 0; });
  }
  std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("append stream: thousands on their way, each once, in order, with sizes") {
  const S2Server server;
  const auto storage = openS2(server);
  const auto stream = storage->openAppendStream("log", {}, Call());
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    auto ticket = stream->submit(line);
    if (!ticket) stream->wait(static_cast<std::uint64_t>(i) - 1, Call());
    if (!ticket) ticket = stream->submit(line);
    REQUIRE(ticket == i);
    expected += line;
  }
  CHECK(stream->wait(4999, Call()) == expected.size());
  CHECK(stream->wait(4998, Call()) == expected.size() - 10);
  CHECK(storage->read("log") == expected);
  CHECK(codeOf([&] { stream->wait(5000, Call()); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("append stream: of what was there before it tells sizes once that is certain") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->append("log", "before\n");
  const auto stream = storage->openAppendStream("log", {}, Call());
  CHECK_FALSE(stream->wait(stream->submit("1\n").value(), Call()).has_value());
  CHECK(storage->read("log") == "before\n1\n");
  CHECK(stream->wait(stream->submit("2\n").value(), Call()) == 11);
  CHECK(storage->stat("log")->size == 11);
  openS2(server)->append("log", "of another\n");
  CHECK_FALSE(stream->wait(stream->submit("3\n").value(), Call()).has_value());
  CHECK_FALSE(storage->stat("log")->size.has_value());
}

TEST_CASE("append stream: creates the object; others append between; a pause is none") {
  const S2Server server;
  const auto storage = openS2(server), other = openS2(server);
  const auto stream = storage->openAppendStream("new/log", {}, Call());
  CHECK_FALSE(storage->stat("new/log").has_value());
  CHECK(stream->wait(stream->submit("a\n").value(), Call()) == 2);
  other->append("new/log", "b\n");
  storage->append("new/log", "c\n");
  stream->wait(stream->submit("d\n").value(), Call());
  CHECK(storage->read("new/log") == "a\nb\nc\nd\n");
  CHECK(codeOf([&] { storage->openAppendStream("new", {}, Call()); }) == ErrorCode::IsADirectory);
}

TEST_CASE("append stream: a full window takes no more until something has landed") {
  const S2Server server;
  const auto storage = openS2(server);
  AppendStreamOptions narrow;
  narrow.window_count = 2;
  const auto stream = storage->openAppendStream("log", narrow, Call());
  int full = 0;
  std::string expected;
  for (std::uint64_t i = 0; i < 50; ++i) {
    while (!stream->submit("x\n")) {
      ++full;
      stream->wait(i - 1, Call());
    }
    expected += "x\n";
  }
  stream->wait(49, Call());
  CHECK(full > 0);
  CHECK(storage->read("log") == expected);
}

TEST_CASE("append stream: large appends in their turn") {
  const S2Server server;
  const auto storage = openS2(server);
  const auto stream = storage->openAppendStream("log", {}, Call());
  const std::string large = std::string(3'000'000, 'x') + "\n";
  stream->submit("before\n");
  stream->submit(large);
  stream->wait(stream->submit("behind\n").value(), Call());
  CHECK(storage->read("log") == "before\n" + large + "behind\n");
}

TEST_CASE("append stream: after a removal it goes on with a new object") {
  const S2Server server;
  const auto storage = openS2(server);
  const auto stream = storage->openAppendStream("log", {}, Call());
  stream->wait(stream->submit("old\n").value(), Call());
  CHECK(openS2(server)->remove("log"));
  try {
    stream->wait(stream->submit("new\n").value(), Call());
    CHECK(storage->read("log") == "new\n");
  } catch (const Error& error) {
    // The service says of a session on a stream that it deletes only that it is unavailable.
    CHECK(error.code() == ErrorCode::OutcomeUnknown);
    CHECK(std::string(error.what()).find("append 1 ") != std::string::npos);
  }
}

TEST_CASE("append stream: a server that dies ends it; what was acknowledged is there") {
  const auto server = S2Server::withFolder();
  const auto storage = openS2(*server);
  const auto stream = storage->openAppendStream("log", {}, Call());
  stream->wait(stream->submit("acknowledged\n").value(), Call());
  server->process().kill();
  const auto ticket = stream->submit("lost\n");
  REQUIRE(ticket.has_value());
  const std::string message = messageOf([&] { stream->wait(*ticket, Call()); });
  CHECK(message.find("append") != std::string::npos);
  CHECK(messageOf([&] { stream->wait(0, Call()); }) == message);
  CHECK(messageOf([&] { stream->submit("more\n"); }) == message);
  server->restart();
  const auto lines = linesOf(storage->read("log"));
  REQUIRE(!lines.empty());
  CHECK(lines[0] == "acknowledged");
}

TEST_CASE("follow: what is there, what comes, what is replaced, and what is removed") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->write("log", "one\ntwo");
  const auto follower = storage->openFollower("log", {}, Call());
  std::string text;
  CHECK(nextOf(*follower, text) == FollowEvent::Data);
  CHECK(text == "one\ntwo");
  CHECK(nextOf(*follower, text, std::chrono::milliseconds(100)) == FollowEvent::Nothing);
  storage->append("log", " and more\n");
  followTo(*follower, text, "one\ntwo and more\n");
  storage->write("log", "new\n");
  CHECK(nextOf(*follower, text) == FollowEvent::Reset);
  text.clear();
  CHECK(nextOf(*follower, text) == FollowEvent::Data);
  CHECK(text == "new\n");
  storage->remove("log");
  CHECK(nextOf(*follower, text) == FollowEvent::Removed);
  text.clear();
  storage->write("log", "again\n");
  CHECK(nextOf(*follower, text) == FollowEvent::Data);
  CHECK(text == "again\n");
}

TEST_CASE("follow: large writes and large appends are told in one piece") {
  const S2Server server;
  const auto storage = openS2(server);
  const std::string large = std::string(2'500'000, 'a') + "\n", more = std::string(1'500'000, 'b') + "\n";
  storage->write("log", "small\n");
  const auto follower = storage->openFollower("log", {}, Call());
  std::string text;
  followTo(*follower, text, "small\n");
  storage->write("log", large);
  CHECK(nextOf(*follower, text) == FollowEvent::Reset);
  text.clear();
  followTo(*follower, text, large);
  storage->append("log", more);
  followTo(*follower, text, large + more);
}

TEST_CASE("follow: a cursor is good in another process, and sees a replacement") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->append("log", "a\nb\n");
  std::string text, cursor;
  {
    const auto follower = storage->openFollower("log", {}, Call());
    StringSink sink(text);
    CHECK(follower->next(sink, 3, Call::within(kSoon)) == FollowEvent::Data);
    cursor = follower->cursor();
  }
  CHECK(text == "a\nb");
  storage->append("log", "c\n");
  FollowOptions options;
  options.cursor = cursor;
  const auto other = openS2(server);
  {
    const auto follower = other->openFollower("log", options, Call());
    followTo(*follower, text, "a\nb\nc\n");
    cursor = follower->cursor();
  }
  storage->write("log", "new\n");
  options.cursor = cursor;
  {
    const auto follower = other->openFollower("log", options, Call());
    CHECK(nextOf(*follower, text) == FollowEvent::Reset);
    text.clear();
    followTo(*follower, text, "new\n");
    cursor = follower->cursor();
  }
  storage->remove("log");
  options.cursor = cursor;
  CHECK(nextOf(*other->openFollower("log", options, Call()), text) == FollowEvent::Removed);
  CHECK(codeOf([&] { other->openFollower("other", options, Call()); }) == ErrorCode::InvalidArgument);
  options.cursor = "nonsense";
  CHECK(codeOf([&] { other->openFollower("log", options, Call()); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("follow: from the end, of nothing, and of what must be there") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->append("d/log", "old\n");
  FollowOptions options;
  options.from_end = true;
  const auto follower = storage->openFollower("d/log", options, Call());
  storage->append("d/log", "new\n");
  std::string text;
  followTo(*follower, text, "new\n");
  const auto early = storage->openFollower("d/later", {}, Call());
  CHECK(nextOf(*early, text, std::chrono::milliseconds(150)) == FollowEvent::Nothing);
  storage->append("d/later", "here\n");
  text.clear();
  followTo(*early, text, "here\n");
  options.must_exist = true;
  CHECK(codeOf([&] { storage->openFollower("d/nothing", options, Call()); }) == ErrorCode::NotFound);
  CHECK(codeOf([&] { storage->openFollower("d", {}, Call()); }) == ErrorCode::IsADirectory);
  std::stop_source stop;
  std::thread canceller([&] { stop.request_stop(); });
  Call call;
  call.cancel = stop.get_token();
  StringSink sink(text);
  CHECK(codeOf([&] { early->next(sink, 0, call); }) == ErrorCode::Cancelled);
  canceller.join();
}

TEST_CASE("follow: goes on after the server was killed and restarted") {
  const auto server = S2Server::withFolder();
  const auto storage = openS2(*server);
  storage->append("log", "a\n");
  const auto follower = storage->openFollower("log", {}, Call());
  std::string text;
  followTo(*follower, text, "a\n");
  server->process().kill();
  CHECK(codeOf([&] { nextOf(*follower, text); }) == ErrorCode::Unavailable);
  server->restart();
  storage->append("log", "b\n");
  followTo(*follower, text, "a\nb\n");
}

TEST_CASE("follow: beside writers of all kinds a follower ends with what the object is") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->write("log", "begin\n");
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; i < 40; ++i) {
      const std::string text = std::to_string(i) + "\n";
      if (i % 7 == 3) storage->write("log", text);
      if (i % 11 == 5) storage->write("log", std::string(1'200'000, 'x') + text);
      if (i % 13 == 6) storage->append("log", std::string(1'200'000, 'y') + text);
      storage->append("log", text);
    }
    done = true;
  });
  auto follower = storage->openFollower("log", {}, Call());
  std::string text;
  while (!done) {
    const FollowEvent event = nextOf(*follower, text, std::chrono::milliseconds(20));
    if (event == FollowEvent::Reset) text.clear();
    const std::string cursor = follower->cursor();
    FollowOptions options;
    options.cursor = cursor;
    if (text.size() % 5 == 0) follower = storage->openFollower("log", options, Call());
  }
  writer.join();
  followTo(*follower, text, storage->read("log"));
}

TEST_CASE("lease: whoever takes it last can write; the one before is told who has it") {
  const S2Server server;
  const auto storage = openS2(server), other = openS2(server);
  storage->write("doc", "plain\n");
  const auto first = storage->acquireLease("doc", "first", {}, Call());
  first->append("of first\n", Call());
  CHECK(storage->read("doc") == "plain\nof first\n");
  LeaseOptions if_free;
  if_free.if_free = true;
  CHECK(messageOf([&] { other->acquireLease("doc", "second", if_free, Call()); }).find("'first'") != std::string::npos);
  const auto second = other->acquireLease("doc", "second", {}, Call());
  second->write("of second\n", Call());
  CHECK(codeOf([&] { first->append("late\n", Call()); }) == ErrorCode::Conflict);
  CHECK(messageOf([&] { first->write("late\n", Call()); }).find("'second'") != std::string::npos);
  CHECK(codeOf([&] { first->write(std::string(1'500'000, 'x'), Call()); }) == ErrorCode::Conflict);
  CHECK(storage->read("doc") == "of second\n");
  first->release(Call());
  CHECK(codeOf([&] { storage->acquireLease("doc", "third", if_free, Call()); }) == ErrorCode::Conflict);
  second->release(Call());
  const auto third = storage->acquireLease("doc", "third", if_free, Call());
  const std::string large(1'500'000, 'x');
  third->write(large, Call());
  CHECK(storage->read("doc") == large);
}

TEST_CASE("lease: of what is not there yet, and of a directory") {
  const S2Server server;
  const auto storage = openS2(server);
  const auto lease = storage->acquireLease("d/doc", "me", {}, Call());
  CHECK(codeOf([&] { storage->read("d/doc"); }) == ErrorCode::NotFound);
  WriteOptions exclusive;
  exclusive.if_absent = true;
  openS2(server)->write("d/doc", "made", exclusive);
  CHECK(storage->read("d/doc") == "made");
  lease->write("mine", Call());
  CHECK(storage->read("d/doc") == "mine");
  CHECK(codeOf([&] { storage->acquireLease("d", "me", {}, Call()); }) == ErrorCode::IsADirectory);
}

TEST_CASE("lease: taking it any number of times makes no object, also to stat") {
  const S2Server server;
  const auto storage = openS2(server), other = openS2(server);
  for (int i = 0; i < 60; ++i) storage->acquireLease("d/doc", "a rather long name", {}, Call())->release(Call());
  const auto lease = storage->acquireLease("d/doc", "me", {}, Call());
  CHECK_FALSE(storage->stat("d/doc").has_value());
  CHECK_FALSE(other->stat("d/doc").has_value());
  lease->append("", Call());
  CHECK(storage->stat("d/doc").has_value());
  CHECK(other->stat("d/doc").has_value());
  const auto large = storage->acquireLease("d/large", "me", {}, Call());
  large->append(std::string(100'000, 'x'), Call());
  CHECK(other->stat("d/large").has_value());
}

TEST_CASE("batch: each item has its own result") {
  const S2Server server;
  const auto storage = openS2(server);
  std::vector<std::string> keys, contents;
  for (int i = 0; i < 100; ++i) {
    keys.push_back("d/" + std::to_string(i));
    contents.push_back("content " + std::to_string(i));
  }
  Batch::Keys views(keys.begin(), keys.end());
  const std::vector<std::string_view> content_views(contents.begin(), contents.end());
  Collected written, read, stats, removed;
  storage->writeMany(views, content_views, {}, written, Call());
  CHECK(written.stats.size() == 100);
  views.push_back("d/absent");
  storage->readMany(views, read, Call());
  CHECK(read.contents.size() == 100);
  CHECK(read.contents[42] == "content 42");
  CHECK(read.stats[42].version == written.stats[42].version);
  CHECK(read.errors == std::map<std::size_t, ErrorCode>{{100, ErrorCode::NotFound}});
  storage->statMany(views, stats, Call());
  CHECK(stats.stats.size() == 100);
  CHECK(stats.errors[100] == ErrorCode::NotFound);
  storage->removeMany(views, {}, removed, Call());
  CHECK(removed.errors == std::map<std::size_t, ErrorCode>{{100, ErrorCode::NotFound}});
  CHECK(removed.stats.size() == 100);
  CHECK(storage->list("d").empty());
  Collected none;
  storage->readMany({}, none, Call());
  std::stop_source stop;
  stop.request_stop();
  Call call;
  call.cancel = stop.get_token();
  CHECK(codeOf([&] { storage->readMany(views, none, call); }) == ErrorCode::Cancelled);
}

TEST_CASE("health: a basin that keeps everything is good; finite retention is a warning; nothing is left behind") {
  const S2Server server;
  const auto storage = openS2(server);
  Findings findings;
  storage->checkHealth(findings, Call());
  CHECK(findings.has("1 retention"));
  CHECK(findings.has("1 rights"));
  CHECK_FALSE(findings.has("2"));
  CHECK(storage->list("").empty());
  auto settings = settingsFor(server.url());
  settings.basin = "finite-basin";
  settings.retention_seconds = 86'400 * 3;
  Findings finite;
  s2::S2Storage(settings, Call()).checkHealth(finite, Call());
  CHECK(finite.has("2 retention: streams of the basin 'finite-basin' lose their records after 3 days"));
}

TEST_CASE("compression: what is sent compressed is what is read, small and large, alone and in sessions") {
  const S2Server server;
  auto settings = settingsFor(server.url());
  settings.compression = true;
  s2::S2Storage storage(settings, Call());
  const auto plain = openS2(server);
  for (const std::size_t size : {10, 5'000, 900'000, 3'000'000}) {
    std::string content;
    for (std::size_t i = 0; content.size() < size; ++i) content += "line " + std::to_string(i * i) + "\n";
    storage.write("x", content);
    CHECK(storage.read("x") == content);
    CHECK(plain->read("x") == content);
    storage.append("x", content);
    CHECK(plain->read("x").size() == 2 * content.size());
  }
  const auto stream = storage.openAppendStream("y", {}, Call());
  const std::string line = std::string(5000, 'y') + "\n";
  std::uint64_t last = 0;
  for (int i = 0; i < 20; ++i) last = stream->submit(line).value();
  stream->wait(last, Call());
  CHECK(plain->read("y").size() == 20 * line.size());
}
