// Servers as operators run them: with users, on a socket, with other programs' keys, limits and expiry.

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "redis/redis_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"
#include "tally/extensions/health.hpp"
#include "tally/extensions/reindex.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::codeOf;
using test::messageOf;
using test::openRedis;
using test::RedisServer;
using test::settingsFor;

namespace {

std::string portOf(const RedisServer& server) { return std::to_string(server.port()); }

std::vector<std::string> namesIn(IStorage& storage, std::string_view directory) {
  std::vector<std::string> names;
  for (const auto& entry : storage.list(directory)) names.push_back(std::string(entry.id()));
  return names;
}

struct Findings final : HealthSink {
  struct Finding {
    HealthLevel level;
    std::string subject, text;
  };
  std::vector<Finding> list;
  void take(HealthLevel level, std::string_view subject, std::string_view text) override {
    list.push_back({level, std::string(subject), std::string(text)});
  }
  bool has(HealthLevel level, std::string_view part) const {
    return std::any_of(list.begin(), list.end(), [&](const Finding& one) {
      return one.level == level && one.text.find(part) != std::string::npos;
    });
  }
};

Findings healthOf(IStorage& storage) {
  Findings findings;
  storage.extension<Health>()->checkHealth(findings, {});
  return findings;
}

ReindexResult reindex(IStorage& storage) {
  struct Progress final : ReindexProgress {
    void lookedAt(std::uint64_t) override {}
  } progress;
  return storage.extension<Reindex>()->rebuildIndex(progress, {});
}

// Every operation on `key` gives this code, and no message shows the password.
void expectRefused(IStorage& storage, ErrorCode code, const std::string& secret) {
  const auto refused = [&](const char* what, const auto& action) {
    CAPTURE(what);
    CHECK(codeOf(action) == code);
    CHECK(messageOf(action).find(secret) == std::string::npos);
  };
  refused("read", [&] { storage.read("d/x"); });
  refused("write", [&] { storage.write("d/x", "1"); });
  refused("append", [&] { storage.append("d/x", "1"); });
  refused("list", [&] { storage.list("d"); });
  refused("stat", [&] { storage.stat("d/x"); });
  refused("stat of the root", [&] { storage.stat(""); });
  refused("remove", [&] { storage.remove("d/x"); });
}

}  // namespace

TEST_CASE("servers: a password is needed, taken from the URL, and never shown") {
  RedisServer server({"--requirepass", "hunter2"}, "hunter2");
  const std::string at = "@127.0.0.1:" + portOf(server);
  const auto storage = openRedis("redis://:hunter2" + at);
  storage->write("d/x", "1");
  CHECK(storage->read("d/x") == "1");
  expectRefused(*openRedis(server.url()), ErrorCode::Unauthenticated, "hunter2");
  expectRefused(*openRedis("redis://:hunter3" + at), ErrorCode::Unauthenticated, "hunter3");
  expectRefused(*openRedis("redis://nobody:hunter3" + at), ErrorCode::Unauthenticated, "hunter3");
}

TEST_CASE("servers: a user of the ACL works within its keys, and is PermissionDenied outside") {
  RedisServer server;
  server.command({"ACL", "SETUSER", "tally", "on", ">s3cret", "~tally:*", "+@all", "-@dangerous"});
  server.command({"ACL", "SETUSER", "reader", "on", ">s3cret", "~tally:*", "+@read", "+@connection", "+time"});
  const std::string at = ":s3cret@127.0.0.1:" + portOf(server);
  const auto storage = openRedis("redis://tally" + at);
  storage->write("d/x", "1");
  storage->append("d/x", "2");
  CHECK(storage->read("d/x") == "12");
  CHECK(namesIn(*storage, "d").size() == 1);
  const auto reader = openRedis("redis://reader" + at);
  CHECK(reader->read("d/x") == "12");
  CHECK(namesIn(*reader, "d").size() == 1);
  CHECK(codeOf([&] { reader->write("d/x", "3"); }) == ErrorCode::PermissionDenied);
  CHECK(codeOf([&] { reader->remove("d/x"); }) == ErrorCode::PermissionDenied);
  auto elsewhere = settingsFor("redis://tally" + at);
  elsewhere.key_prefix = "other:";
  redis::RedisStorage outside(elsewhere);
  expectRefused(outside, ErrorCode::PermissionDenied, "s3cret");
}

TEST_CASE("servers: a socket, and databases that are apart") {
  RedisServer server;
  const auto first = openRedis(server.socketUrl()), second = openRedis(server.url() + "/1");
  first->write("d/x", "first");
  CHECK(second->stat("d/x") == std::nullopt);
  second->write("d/x", "second");
  CHECK(openRedis(server.socketUrl() + "?db=1")->read("d/x") == "second");
  CHECK(first->read("d/x") == "first");
  CHECK(codeOf([&] { openRedis(server.url() + "/99")->read("x"); }) == ErrorCode::InvalidConfig);
}

TEST_CASE("servers: what others appended by XADD is read as lines, and listed after reindex") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  const std::string stream = "tally:conversations:c-1:conversation", key = "conversations/c-1/conversation.jsonl";
  server.command({"XADD", stream, "*", "content", R"({"step":1})"});
  CHECK(storage->read(key) == R"({"step":1})");
  server.command({"XADD", stream, "*", "content", "{\"step\":2}\n"});
  server.command({"XADD", stream, "*", "content", R"({"step":3})"});
  const std::string lines = "{\"step\":1}\n{\"step\":2}\n{\"step\":3}";
  CHECK(storage->read(key) == lines);
  CHECK(storage->stat(key)->size == lines.size());
  CHECK(storage->read(key, {11, 10}) == R"({"step":2})");
  CHECK(storage->list("").empty());
  const auto report = reindex(*storage);
  CHECK(report.objects == 1);
  CHECK(report.added == 1);
  CHECK(namesIn(*storage, "conversations/c-1") == std::vector<std::string>{"conversation.jsonl"});

  CHECK(storage->append(key, "{\"step\":4}\n") == lines.size() + 12);
  CHECK(storage->read(key) == lines + "\n{\"step\":4}\n");
  CHECK(storage->stat(key)->size == lines.size() + 12);
  const Version version = storage->stat(key)->version;
  server.command({"XADD", stream, "*", "content", "later"});
  CHECK(storage->read(key) == lines + "\n{\"step\":4}\nlater");
  WriteOptions unchanged;
  unchanged.if_version = version;
  CHECK(codeOf([&] { storage->write(key, "new", unchanged); }) == ErrorCode::Conflict);
}

TEST_CASE("servers: reindex brings back a lost index and drops what is gone, with keys in use") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  for (int i = 0; i < 50; ++i) storage->write("a/b/n" + std::to_string(i) + ".json", "x");
  storage->write("gone/x.json", "x");
  server.command({"DEL", "tally:%{tally:index}:", "tally:%{tally:index}:a", "tally:%{tally:index}:a/b"});
  server.command({"DEL", "tally:gone:x"});
  server.command({"SET", "tally:a:string", "no stream"});
  CHECK(storage->list("").empty());
  const auto first = reindex(*storage), second = reindex(*storage);
  CHECK(namesIn(*storage, "") == std::vector<std::string>{"a"});
  CHECK(storage->list("a/b").size() == 50);
  CHECK(first.objects == 50);
  CHECK(first.added == 50);
  CHECK(first.dropped == 1);
  CHECK(second.objects == 50);
  CHECK(second.added == 0);
  CHECK(second.dropped == 0);
  CHECK(storage->stat("gone") == std::nullopt);
  server.command({"DEL", "tally:%{tally:index}:"});
  reindex(*storage);
  CHECK(namesIn(*storage, "") == std::vector<std::string>{"a"});
}

TEST_CASE("servers: a name whose stream another program removed goes when it is read") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->write("d/x.json", "1");
  server.command({"DEL", "tally:d:x"});
  CHECK(codeOf([&] { storage->read("d/x.json"); }) == ErrorCode::NotFound);
  CHECK(storage->list("d").empty());
  CHECK(storage->stat("d") == std::nullopt);
}

TEST_CASE("servers: a listing, and a stat of what is absent, look at no other keys (bug 17)") {
  RedisServer server;
  const char* many = std::getenv("TALLY_MANY_KEYS");
  server.command({"DEBUG", "POPULATE", many == nullptr ? "50000" : many});
  conformance::FaultProxy counter("127.0.0.1:" + portOf(server));
  const auto storage = openRedis("redis://" + counter.address());
  for (int i = 0; i < 10; ++i) storage->write("d/" + std::to_string(i), "x");
  server.command({"CONFIG", "RESETSTAT"});
  const int before = counter.requests();
  CHECK(storage->list("d").size() == 10);
  CHECK(counter.requests() == before + 1);
  CHECK(storage->stat("d/absent") == std::nullopt);
  const redis::Reply stats = server.command({"INFO", "commandstats"});
  const std::string commands(redis::viewOf(stats).text());
  for (const auto* word : {"cmdstat_keys", "cmdstat_scan"}) CHECK(commands.find(word) == commands.npos);
  CHECK(commands.find("cmdstat_zrangebylex:calls=1,") != commands.npos);
}

TEST_CASE("servers: an open storage takes less than 2 MiB while nothing happens") {
  RedisServer server;
  const auto inUse = [] {
    const auto heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
  };
  constexpr std::size_t kStorages = 20;
  std::vector<std::unique_ptr<redis::RedisStorage>> open;
  const std::size_t before = inUse();
  for (std::size_t i = 0; i < kStorages; ++i) {
    open.push_back(openRedis(server.url()));
    open.back()->write("d/large", std::string(4 << 20, 'x'));
    for (int k = 0; k < 300; ++k) open.back()->append("d/" + std::to_string(k), "line\n");
    CHECK(open.back()->read("d/large").size() == 4 << 20);
  }
  const std::size_t each = (inUse() - before) / kStorages;
  MESSAGE("bytes an open storage: " << each);
  CHECK(each < 2 << 20);
}

TEST_CASE("servers: streamMaxLen keeps the latest entries, and size and content agree") {
  RedisServer server;
  auto settings = settingsFor(server.url());
  settings.stream_max_len = 3;
  redis::RedisStorage storage(settings);
  for (int i = 0; i < 10; ++i) storage.append("log", std::to_string(i) + "\n");
  CHECK(storage.read("log") == "7\n8\n9\n");
  CHECK(storage.stat("log")->size == 6);
  for (std::uint64_t offset = 0; offset < 6; ++offset) {
    CHECK(storage.read("log", {offset, 2}) == std::string("7\n8\n9\n").substr(offset, 2));
  }
  const std::string large(1 << 20, 'x');
  storage.append("log", large);
  CHECK(storage.read("log") == large);
  storage.write("log", large);
  CHECK(storage.read("log") == large);
}

TEST_CASE("servers: the option ttl ends an object so long after its last change, with its name") {
  RedisServer server;
  auto settings = settingsFor(server.url());
  settings.ttl = 300ms;
  redis::RedisStorage storage(settings);
  storage.write("d/x", "1");
  storage.append("d/log", "1");
  CHECK(server.number({"PTTL", "tally:d:log."}) > 0);
  test::waitUntil("they are gone", [&] { return !storage.stat("d/x") && !storage.stat("d/log"); });
  CHECK(storage.list("d").empty());
  CHECK(storage.stat("d") == std::nullopt);
}

TEST_CASE("servers: health says what can lose data, and what it may not ask") {
  RedisServer server({"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"});
  auto settings = settingsFor(server.url());
  settings.stream_max_len = 100;
  settings.ttl = 60s;
  redis::RedisStorage storage(settings);
  const auto findings = healthOf(storage);
  for (const auto* part : {"allkeys-lru", "appendonly no", "'streamMaxLen'", "'ttl'"}) {
    CAPTURE(part);
    CHECK(findings.has(HealthLevel::Warning, part));
  }
  CHECK(findings.has(HealthLevel::Good, "may read and change"));
  RedisServer careful({"--appendonly", "yes", "--appendfsync", "always"});
  redis::RedisStorage safe(settingsFor(careful.url()));
  CHECK_FALSE(healthOf(safe).has(HealthLevel::Warning, ""));
  careful.command({"ACL", "SETUSER", "u", "on", ">p", "~*", "+@all", "-@dangerous"});
  const std::string at = "@127.0.0.1:" + portOf(careful);
  CHECK(healthOf(*openRedis("redis://u:p" + at)).has(HealthLevel::Warning, "may not ask"));
  careful.command({"ACL", "SETUSER", "reader", "on", ">p", "~*", "+@read", "+@connection"});
  CHECK(healthOf(*openRedis("redis://reader:p" + at)).has(HealthLevel::Warning, "may not change"));
  careful.command({"ACL", "SETUSER", "other", "on", ">p", "~other:*", "+@all"});
  CHECK(healthOf(*openRedis("redis://other:p" + at)).has(HealthLevel::Fault, "'tally:'"));
}

TEST_CASE("servers: the sessions in the README show what a server shows") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  for (const auto& [id, line, size] :
       {std::tuple{"1767607200000-0", "first line\n", "11"}, std::tuple{"1767607200001-0", "second line\n", "23"}}) {
    server.command({"XADD", "tally:notes:log.", id, "content", line, "tally", std::string(size) + ":life"});
  }
  reindex(*storage);
  std::ifstream readme(TALLY_REDIS_README);
  int replayed = 0;
  std::string line, expected, command;
  const auto compare = [&] {
    if (command.empty()) return;
    std::string found = test::runProgram({"sh", "-c", "redis-cli -p " + portOf(server) + " " + command});
    for (auto at = found.find(":life\""); at != found.npos; at = found.find(":life\"")) found.replace(at, 6, ":...\"");
    CAPTURE(command);
    CHECK(found == expected);
    ++replayed;
    command.clear();
  };
  for (bool inside = false; std::getline(readme, line);) {
    if (line.rfind("```", 0) == 0) {
      compare();
      inside = line == "```console";
    } else if (inside && line.rfind("$ redis-cli ", 0) == 0) {
      compare();
      command = line.substr(12);
      expected.clear();
    } else if (inside) {
      expected += line + "\n";
    }
  }
  CHECK(replayed >= 6);
  CHECK(storage->read("notes/log") == "first line\nsecond line\n");
  CHECK(storage->read("notes/theirs") == "a line\nand one more");
}
