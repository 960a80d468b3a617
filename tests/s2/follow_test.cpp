// Followers against the real server.

#include <atomic>
#include <thread>

#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2::test;
using tally::test::codeOf;

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

}  // namespace

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
