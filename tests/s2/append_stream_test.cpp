// Append streams against the real server.

#include <sstream>
#include <string>
#include <vector>

#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2::test;
using tally::test::codeOf;
using tally::test::messageOf;

namespace {

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

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
  CHECK(stream->submit("before\n"));
  CHECK(stream->submit(large));
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
  CHECK(messageOf([&] { static_cast<void>(stream->submit("more\n")); }) == message);
  server->restart();
  const auto lines = linesOf(storage->read("log"));
  REQUIRE(!lines.empty());
  CHECK(lines[0] == "acknowledged");
}
