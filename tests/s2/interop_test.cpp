// The service's own command and SDK read what we write, and we read what they write.

#include <fstream>
#include <sstream>

#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2::test;
using tally::test::runProgram;

namespace {

/// The official command, on our server.
std::string command(const S2Server& server, const std::vector<std::string>& words) {
  std::vector<std::string> all = {"env",
                                  "S2_ACCOUNT_ENDPOINT=" + server.url(),
                                  "S2_BASIN_ENDPOINT=" + server.url(),
                                  "S2_ACCESS_TOKEN=ignored",
                                  "S2_NO_UPDATE_CHECK=1",
                                  "HOME=" + server.folder().string(),
                                  serverProgram()};
  all.insert(all.end(), words.begin(), words.end());
  return runProgram(all);
}

std::string uri(const std::string& stream) { return std::string("s2://") + kBasin + "/" + stream; }

/// The first `count` records that are still there, as text.
std::string read(const S2Server& server, const std::string& stream, int count) {
  const auto file = server.folder() / "read";
  command(server, {"read", uri(stream), "--seq-num", "0", "--count", std::to_string(count), "--output", file.string()});
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

void append(const S2Server& server, const std::string& stream, const std::string& lines) {
  const auto file = server.folder() / "lines";
  std::ofstream(file, std::ios::binary) << lines;
  command(server, {"append", uri(stream), "--input", file.string()});
}

/// The official SDK, at work on a file.
void sdk(const S2Server& server, const std::string& what, const std::string& stream) {
  tally::test::runProgram(
      {"node", TALLY_SDK_INTEROP, sdkFolder(), server.url(), kBasin, what, stream, (server.folder() / "sdk").string()});
}

std::string readBySdk(const S2Server& server, const std::string& what, const std::string& stream) {
  sdk(server, what, stream);
  std::ostringstream text;
  text << std::ifstream(server.folder() / "sdk", std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("interop: the official command reads our conversations line by line") {
  const S2Server server;
  const auto storage = openS2(server);
  const std::string key = "conversations/c1/conversation.jsonl", stream = "conversations/c1/conversation";
  storage->write(key, "{\"old\":1}\n");
  storage->write(key, "{\"step\":0}\n{\"step\":1}\n");
  storage->append(key, "{\"step\":2}\n");
  // The service deletes what was replaced in its own time.
  waitUntil("the replaced records go", [&] { return read(server, stream, 3) == storage->read(key); });
  CHECK(command(server, {"list-streams", std::string("s2://") + kBasin}).find(stream) != std::string::npos);
}

TEST_CASE("interop: a stream that the official command creates, or empties, holds no object until something is added") {
  const S2Server server;
  const auto storage = openS2(server);
  command(server, {"create-stream", uri("new.")});
  storage->append("emptied", "old\n");
  command(server, {"trim", uri("emptied."), "9"});
  waitUntil("the records go", [&] {
    try {
      storage->read("emptied");
      return false;
    } catch (const Error& error) {
      return error.code() == ErrorCode::NotFound;
    }
  });
  WriteOptions exclusive;
  exclusive.if_absent = true;
  for (const std::string key : {"new", "emptied"}) {
    CAPTURE(key);
    CHECK(tally::test::codeOf([&] { storage->read(key); }) == ErrorCode::NotFound);
    storage->write(key, "made\n", exclusive);
    CHECK(storage->read(key) == "made\n");
  }
}

TEST_CASE("interop: we read what the official command appends, as lines") {
  const S2Server server;
  const auto storage = openS2(server);
  append(server, "conversations/c2/conversation", "{\"step\":0}\n{\"step\":1}\n");
  const std::string key = "conversations/c2/conversation.jsonl";
  CHECK(storage->read(key) == "{\"step\":0}\n{\"step\":1}\n");
  storage->append(key, "{\"step\":2}\n");
  append(server, "conversations/c2/conversation", "{\"step\":3}\n");
  CHECK(storage->read(key) == "{\"step\":0}\n{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
  CHECK(storage->list("conversations").size() == 1);
}

TEST_CASE("interop: an operator's trim takes lines from the front") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->append("log", "a\nb\nc\n");
  command(server, {"trim", uri("log."), "2"});
  CHECK(storage->read("log") == "c\n");
}

TEST_CASE("interop: a stream without records is no object, until something is written") {
  const S2Server server;
  const auto storage = openS2(server);
  command(server, {"create-stream", uri("made")});
  CHECK_FALSE(storage->stat("made.json").has_value());
  WriteOptions exclusive;
  exclusive.if_absent = true;
  storage->write("made.json", "{}", exclusive);
  CHECK(storage->read("made.json") == "{}");
}

// (bug 49) The SDK is the one that scripts/install-s2-sdk names, so what is said to work was tried.
TEST_CASE("interop: the official SDK reads our conversations, by pages and by sessions") {
  const S2Server server;
  const auto storage = openS2(server);
  const std::string key = "conversations/c1/conversation.jsonl", stream = "conversations/c1/conversation";
  storage->write(key, "{\"old\":1}\n");
  storage->write(key, "{\"step\":0}\n{\"text\":\"\u00fc\"}\n");
  storage->append(key, "{\"step\":2}\n");
  const std::string content = storage->read(key);
  waitUntil("the replaced records go", [&] { return readBySdk(server, "session", stream) == content; });
  CHECK(readBySdk(server, "read", stream) == content);
}

TEST_CASE("interop: we read and follow what the official SDK appends") {
  const S2Server server;
  const auto storage = openS2(server);
  const std::string key = "conversations/c2/conversation.jsonl", lines = "{\"step\":0}\n{\"text\":\"\u00fc\"}\n";
  const auto follower = storage->openFollower(key, {}, Call());
  std::ofstream(server.folder() / "sdk", std::ios::binary) << lines;
  sdk(server, "append", "conversations/c2/conversation");
  CHECK(storage->read(key) == lines);
  std::string followed;
  {
    StringSink sink(followed);
    CHECK(follower->next(sink, 0, Call::within(std::chrono::seconds(10))) == FollowEvent::Data);
  }
  CHECK(followed == lines);
  storage->append(key, "{\"step\":2}\n");
  CHECK(readBySdk(server, "session", "conversations/c2/conversation") == lines + "{\"step\":2}\n");
}
