// What other programs leave in a store: keys of other kinds, entries that are no lines, streams that they trimmed.

#include "redis/one_node_cluster.hpp"
#include "redis/redis_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using test::codeOf;
using test::messageOf;
using test::openRedis;
using test::RedisServer;

namespace {

const std::vector<std::vector<std::string>> kNoLines = {{"role", "user"},
                                                        {"content", "x", "ts", "123"},
                                                        {"content", "x", "content", "y"},
                                                        {"content", "x", "tally", "no mark"}};

std::string streamOf(std::size_t number) { return "tally:d:y" + std::to_string(number); }

void addNoLines(const RedisServer& server) {
  for (std::size_t i = 0; i < kNoLines.size(); ++i) {
    std::vector<std::string> command = {"XADD", streamOf(i), "*"};
    command.insert(command.end(), kNoLines[i].begin(), kNoLines[i].end());
    server.command(command);
  }
}

void expectUntouched(IStorage& storage, const std::string& key) {
  RemoveOptions all;
  all.recursive = true;
  CAPTURE(key);
  CHECK(codeOf([&] { storage.read(key); }) == ErrorCode::Corrupt);
  CHECK(codeOf([&] { storage.append(key, "1"); }) == ErrorCode::Corrupt);
  CHECK(codeOf([&] { storage.append(key, ""); }) == ErrorCode::Corrupt);
  CHECK(codeOf([&] { storage.stat(key); }) == ErrorCode::Corrupt);
  CHECK(codeOf([&] { storage.write(key, "1"); }) == ErrorCode::Corrupt);
  CHECK(codeOf([&] { storage.remove(key); }) == ErrorCode::Corrupt);
  CHECK(codeOf([&] { storage.remove(key, all); }) == ErrorCode::Corrupt);
}

// A part is what it was, or Corrupt.
void expectRight(IStorage& storage, const std::string& content, const ByteRange& part) {
  std::string bytes;
  try {
    bytes = storage.read("log", part);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Corrupt);
    return;
  }
  CHECK(bytes == content.substr(part.offset, part.length));
}

void expectNoneWrong(IStorage& storage, const std::string& content) {
  CHECK(codeOf([&] { storage.read("log"); }) == ErrorCode::Corrupt);
  for (std::uint64_t offset = 0; offset < content.size(); ++offset) {
    for (std::uint64_t length = 1; offset + length <= content.size(); ++length) {
      CAPTURE(offset);
      CAPTURE(length);
      expectRight(storage, content, {offset, length});
    }
  }
  const auto begin = [&] { storage.read("log", {0, 8}); };
  CHECK(codeOf(begin) == ErrorCode::Corrupt);
  CHECK(messageOf(begin).find("trimmed") != std::string::npos);
}

}  // namespace

TEST_CASE("others: keys of other kinds are Corrupt, not empty and not overwritten (bugs 24 and 29)") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  server.command({"SET", "tally:d:x", "theirs"});
  expectUntouched(*storage, "d/x.json");
  const redis::Reply kept = server.command({"GET", "tally:d:x"});
  CHECK(redis::viewOf(kept).text() == "theirs");
}

TEST_CASE("others: streams of other entries are Corrupt, and neither replaced nor removed") {
  RedisServer single;
  test::OneNodeCluster cluster;
  for (auto* server : {&single, &cluster.server()}) {
    const auto storage = openRedis(server == &single ? single.url() : cluster.url());
    addNoLines(*server);
    for (std::size_t i = 0; i < kNoLines.size(); ++i) {
      expectUntouched(*storage, "d/y" + std::to_string(i) + ".json");
      CHECK(server->number({"XLEN", streamOf(i)}) == 1);
    }
    CHECK(messageOf([&] { storage->write("d/y0.json", "1"); }).find("XDEL") != std::string::npos);
  }
}

TEST_CASE("others: a stream that somebody trimmed or cut is Corrupt, never a short or shifted value") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  const auto begin = [&] {
    server.command({"DEL", "tally:log."});
    for (const auto* line : {"aaa\n", "bbb\n", "ccc\n", "ddd\n"}) storage->append("log", line);
  };
  const std::string content = "aaa\nbbb\nccc\nddd\n";
  begin();
  server.command({"XTRIM", "tally:log.", "MAXLEN", "3"});
  expectNoneWrong(*storage, content);
  server.command({"XADD", "tally:log.", "*", "content", "theirs"});
  expectNoneWrong(*storage, content + "theirs");
  CHECK(codeOf([&] { storage->append("log", "1"); }) == ErrorCode::Corrupt);
  begin();
  const redis::Reply entries = server.command({"XRANGE", "tally:log.", "-", "+"});
  server.command({"XDEL", "tally:log.", std::string(redis::viewOf(entries)[1][0].text())});
  CHECK(codeOf([&] { storage->read("log"); }) == ErrorCode::Corrupt);
  for (const std::uint64_t offset : {3, 4, 5, 8}) {
    CHECK(codeOf([&] { storage->read("log", {offset, 5}); }) == ErrorCode::Corrupt);
  }
  CHECK(storage->read("log", {9, 2}) == "cc");
}
