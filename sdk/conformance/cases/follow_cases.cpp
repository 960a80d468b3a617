// Group M: an object's bytes as they come, by one follower at a time.
#include "ability_line_cases.hpp"
#include "follow_reader.hpp"
#include "groups.hpp"
#include "parallel.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;

FollowOptions fromCursor(std::string_view cursor) {
  FollowOptions options;
  options.cursor = cursor;
  return options;
}

FollowOptions fromEnd() {
  FollowOptions options;
  options.from_end = true;
  return options;
}

void fromStart(Context& context) {
  auto& storage = context.storage();
  const std::string first = std::string("written\0first\n", 14) + context.bytes(1000);
  storage.write("d/x", first);
  FollowReader reader(storage, "d/x");
  reader.expectBytes(first);
  reader.expectNothing();
  std::string all = first;
  for (int i = 0; i < 20; ++i) {
    const std::string more = context.bytes(context.number(1, 5000));
    storage.append("d/x", more);
    all += more;
    if (i % 3 == 0) reader.expectBytes(all);
  }
  reader.expectBytes(all);
  reader.expectNothing();
}

void resume(Context& context) {
  auto& storage = context.storage();
  std::string all, cursor;
  for (std::size_t round = 0; round < 10; ++round) {
    const std::string more = "line " + std::to_string(round) + std::string(round * 100, 'x') + "\n";
    storage.append("x", more);
    FollowReader reader(storage, "x", fromCursor(cursor));
    reader.expectBytes(more);
    reader.expectNothing();
    cursor = reader.cursor();
  }
  FollowReader last(storage, "x", fromCursor(cursor));
  last.expectNothing();
  expect(last.cursor() == cursor, "a cursor changed although nothing came");
}

void resumeElsewhere(Context& context) {
  std::string cursor;
  {
    const auto storage = context.open();
    storage->append("x", "one\ntwo\n");
    FollowReader reader(*storage, "x");
    reader.expectBytes("one\ntwo\n");
    cursor = reader.cursor();
    storage->append("x", "three\n");
  }
  inProcesses(1, [&](unsigned) {
    const auto storage = context.open();
    FollowReader reader(*storage, "x", fromCursor(cursor));
    reader.expectBytes("three\n");
    storage->append("x", "four\n");
    reader.expectBytes("three\nfour\n");
    reader.expectNothing();
  });
}

void replaced(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "old value");
  FollowReader reader(storage, "x");
  reader.expectBytes("old value");
  storage.write("x", "new");
  reader.expectEvent(FollowEvent::Reset);
  reader.expectBytes("new");
  storage.append("x", "+more");
  reader.expectBytes("new+more");
  storage.write("x", "new+more");  // the same bytes are another value
  reader.expectEvent(FollowEvent::Reset);
  reader.expectBytes("new+more");
  reader.expectNothing();
}

void replacedMeanwhile(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "old value");
  std::string cursor;
  {
    FollowReader reader(storage, "x");
    reader.expectBytes("old value");
    cursor = reader.cursor();
  }
  storage.write("x", "old value and more");
  FollowReader reader(storage, "x", fromCursor(cursor));
  reader.expectEvent(FollowEvent::Reset);
  reader.expectBytes("old value and more");
}

void removed(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "old");
  FollowReader reader(storage, "d/x");
  reader.expectBytes("old");
  storage.remove("d", {true});
  reader.expectEvent(FollowEvent::Removed);
  reader.expectNothing();
  storage.append("d/x", "anew");
  reader.expectBytes("anew");
}

void absent(Context& context) {
  auto& storage = context.storage();
  FollowOptions strict;
  strict.must_exist = true;
  expectError(ErrorCode::NotFound, "follower of a missing key that must exist",
              [&] { of<Follow>(storage).openFollower("d/x", strict, {}); });
  FollowReader reader(storage, "d/x");
  reader.expectNothing();
  expectAbsent(storage, "d/x");
  storage.append("d/x", "there");
  reader.expectBytes("there");
  FollowReader(storage, "d/x", strict).expectBytes("there");
}

void directory(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  expectError(ErrorCode::IsADirectory, "follower of a directory",
              [&] { of<Follow>(storage).openFollower("d", {}, {}); });
}

void fromTheEnd(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "before");
  FollowReader reader(storage, "x", fromEnd());
  reader.expectNothing();
  storage.append("x", "after");
  reader.expectBytes("after");
  FollowReader early(storage, "y", fromEnd());
  storage.append("y", "all of it");
  early.expectBytes("all of it");
}

void smallBites(Context& context) {
  auto& storage = context.storage();
  const std::string content = context.bytes(10'000);
  storage.write("x", content.substr(0, 5000));
  storage.append("x", content.substr(5000));
  FollowReader reader(storage, "x");
  while (reader.bytes().size() < content.size()) {
    const auto most = context.number(1, 700);
    expect(reader.next(Call::within(20s), most) == FollowEvent::Data, "a follower stopped before the object's end");
    if (reader.bytes().size() % 3 != 0) continue;
    const std::string cursor = reader.cursor();  // in the middle of an append, too
    FollowReader other(storage, "x", fromCursor(cursor));
    other.expectBytes(std::string_view(content).substr(reader.bytes().size()));
  }
  reader.expectBytes(content);
}

void noCursor(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "1");
  for (const auto* text : {"nonsense", " ", "\xff\xfe", "1:2:3:4:5:6:7:8:9:10:11:12", "-"}) {
    expectError(ErrorCode::InvalidArgument, "follower from the text " + quote(text),
                [&] { of<Follow>(storage).openFollower("x", fromCursor(text), {}); });
  }
}

void foreignCursor(Context& context) {
  auto& storage = context.storage();
  for (const auto* key : {"d/x", "d/y", "d/xx", "x"}) storage.write(key, "the same bytes");
  FollowReader reader(storage, "d/x");
  const std::string at_begin = reader.cursor();
  reader.expectBytes("the same bytes");
  for (const std::string& cursor : {at_begin, reader.cursor()}) {
    for (const auto* key : {"d/y", "d/xx", "x", "d/missing"}) {
      expectError(ErrorCode::InvalidArgument, "follower of " + quote(key) + " from a cursor of 'd/x'",
                  [&] { of<Follow>(storage).openFollower(key, fromCursor(cursor), {}); });
    }
    of<Follow>(storage).openFollower("d/x", fromCursor(cursor), {});
  }
}

void inTime(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "1");
  FollowReader reader(storage, "x");
  reader.expectBytes("1");
  for (const auto time : {0ms, 30ms, 200ms}) {
    const auto begin = std::chrono::steady_clock::now();
    expect(reader.next(Call::within(time)) == FollowEvent::Nothing, "a follower found something where nothing came");
    const auto took = std::chrono::steady_clock::now() - begin;
    expect(took >= time, "a follower said Nothing before its deadline");
    expect(took < time + 2s, "a follower said Nothing long after its deadline");
  }
  storage.append("x", "2");
  reader.expectBytes("12");
}

void emptyAppends(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "");
  FollowReader reader(storage, "x");
  reader.expectNothing();
  storage.append("x", "");
  reader.expectNothing();
  storage.append("x", "1");
  reader.expectBytes("1");
}

}  // namespace

Group followCases() {
  constexpr auto kFollow = Follow::kId;
  Group group{'M',
              "follow, with tally.follow/1",
              {
                  {"M01", "from the start: what is there, then what is appended, once, in order", fromStart, kFollow},
                  {"M02", "resume: from a cursor nothing is lost or repeated", resume, kFollow},
                  {"M04", "replaced: a Reset, then the new value", replaced, kFollow},
                  {"M05", "removed: said so; made again it begins with its first byte", removed, kFollow},
                  {"M06", "absent: waits, or NotFound if it must exist", absent, kFollow},
                  {"M11", "resume: also in another process", resumeElsewhere, kFollow | Needs(Facility::Processes)},
                  {"M12", "resume: after a replacement there is a Reset first", replacedMeanwhile, kFollow},
                  {"M13", "from the end: only what comes from now on", fromTheEnd, kFollow},
                  {"M14", "never more bytes at once than asked for; a cursor holds anywhere", smallBites, kFollow},
                  {"M15", "open: text that is no cursor is InvalidArgument", noCursor, kFollow},
                  {"M16", "open: a directory is IsADirectory", directory, kFollow},
                  {"M17", "a deadline that passes is Nothing, no error, and not early", inTime, kFollow},
                  {"M18", "empty objects and empty appends are no events", emptyAppends, kFollow},
                  {"M23", "open: a cursor of another object is InvalidArgument", foreignCursor, kFollow},
              }};
  for (auto& more : followRaceCases()) group.cases.push_back(more);
  for (auto& more : followLineCases()) group.cases.push_back(more);
  return group;
}

}  // namespace tally::conformance
