// The command `tally` over this backend: a store of the original tool is brought in, read, and taken out again.

#include <cstdlib>

#include "redis/redis_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using test::RedisServer;

namespace {

// `tally` in a folder of its own, whose configuration names the server.
class Command {
 public:
  explicit Command(const std::string& url)
      : prefix_("cd " + folder_.path().string() + " && env REDIS_URL=" + url +
                " TALLY_STORAGE_BACKEND=redis " TALLY_COMMAND " --no-color ") {}
  std::string run(const std::string& arguments) const { return test::runProgram({"sh", "-c", prefix_ + arguments}); }
  std::string copy() const { return (folder_.path() / "copy").string(); }

 private:
  test::TempDir folder_;
  std::string prefix_;
};

// The store to try: the one of the command's own tests, or a larger one.
std::string sampleStore() {
  const char* other = std::getenv("TALLY_SAMPLE_STORE");
  return other == nullptr ? TALLY_SAMPLE : other;
}

}  // namespace

TEST_CASE("command: a store comes in, is listed and reported, and goes out byte for byte") {
  RedisServer server;
  const Command tally(server.url());
  tally.run("import " + sampleStore());
  std::string conversations = tally.run("ls");
  CHECK(conversations.find("weather") != std::string::npos);
  tally.run("export " + tally.copy());
  CHECK(test::runProgram({"diff", "-r", sampleStore(), tally.copy()}).empty());
  const std::string run = "weather run-1768843769100-kla25ar";
  if (sampleStore() == TALLY_SAMPLE) {
    CHECK(tally.run("runs weather").find("run-1768843769100-kla25ar") != std::string::npos);
    CHECK(tally.run("report " + run).find("run-1768843769100-kla25ar") != std::string::npos);
  }
}

TEST_CASE("command: doctor shows what can lose data") {
  RedisServer server;
  const std::string told =
      Command(server.url()).run("--set storage.redis.streamMaxLen=100 plugins doctor 2>&1 || true");
  CHECK(told.find("'streamMaxLen' drops") != std::string::npos);
  CHECK(told.find("appendonly") != std::string::npos);
}

TEST_CASE("command: what the options let vanish is told whenever a store is opened") {
  RedisServer server;
  const Command tally(server.url());
  CHECK(tally.run("ls 2>&1").find("redis: ") == std::string::npos);
  const std::string told = tally.run("--set storage.redis.streamMaxLen=100 --set storage.redis.ttl=60 ls 2>&1");
  CHECK(told.find("'streamMaxLen' drops") != std::string::npos);
  CHECK(told.find("'ttl' drops objects 60 seconds") != std::string::npos);
}

TEST_CASE("command: streams of others are listed after storage reindex") {
  RedisServer server;
  server.command(
      {"XADD", "tally:conversations:theirs:conversation", "*", "content", R"({"role":"user","content":"hi"})"});
  const Command tally(server.url());
  CHECK(tally.run("ls").find("theirs") == std::string::npos);
  tally.run("storage reindex");
  CHECK(tally.run("ls").find("theirs") != std::string::npos);
}
