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

}  // namespace

TEST_CASE("others: keys of other kinds are Corrupt, not empty and not overwritten") {
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

TEST_CASE("others: a stream that somebody trimmed is Corrupt, never a short value") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  for (const auto* line : {"1\n", "2\n", "3\n"}) storage->append("log", line);
  server.command({"XTRIM", "tally:log.", "MAXLEN", "2"});
  CHECK(codeOf([&] { storage->read("log"); }) == ErrorCode::Corrupt);
}
