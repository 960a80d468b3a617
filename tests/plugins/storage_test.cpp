// What crosses the boundary during operations: codes, texts, sinks, cancellation; what a plugin may get wrong there.

#include <unistd.h>

#include <atomic>
#include <thread>

#include "plugins/fixtures.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::unique_ptr<IStorage> openThrower() { return createStorage(fixtureConfig("thrower", "thrower")); }

ErrorCode readCode(const std::string& folder) {
  const auto storage = createStorage(fixtureConfig(folder));
  return codeOf([&] { storage->read("any"); });
}

}  // namespace

TEST_CASE("boundary: an Error keeps code, text, flags and numbers, and gains backend, operation and key") {
  const auto storage = openThrower();
  try {
    storage->read("error");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Unavailable);
    CHECK(error.retryable());
    CHECK(error.retryAfter() == std::chrono::milliseconds(250));
    CHECK(error.backendCode() == 503);
    CHECK(error.systemErrno() == 111);
    CHECK(std::string(error.what()) == "thrower: read error: the server is away");
  }
}

TEST_CASE("boundary: whatever a plugin throws becomes a code with a text, from every operation") {
  struct Row {
    const char* key;
    ErrorCode code;
    const char* says;
  };
  constexpr Row kRows[] = {
      {"runtime_error", ErrorCode::PluginFault, "the plugin threw std::runtime_error: something broke"},
      {"int", ErrorCode::PluginFault, "the plugin threw int: not a std::exception"},
      {"odd", ErrorCode::PluginFault, "the plugin threw (anonymous namespace)::Odd: not a std::exception"},
      {"bad_alloc", ErrorCode::Exhausted, "out of memory"},
      {"host_code", ErrorCode::Internal, "not a plugin's"}};
  for (const Row& row : kRows) {
    CAPTURE(row.key);
    const std::string key = row.key;
    using Operation = std::function<void(IStorage&)>;
    const Operation operations[] = {[&](IStorage& s) { s.read(key); },       [&](IStorage& s) { s.write(key, ""); },
                                    [&](IStorage& s) { s.append(key, ""); }, [&](IStorage& s) { s.list(key); },
                                    [&](IStorage& s) { s.stat(key); },       [&](IStorage& s) { s.remove(key); }};
    for (const Operation& operation : operations) {
      const auto storage = openThrower();
      CHECK(codeOf([&] { operation(*storage); }) == row.code);
      CHECK(messageOf([&] { operation(*storage); }).find(row.says) != std::string::npos);
      CHECK_FALSE(storage->stat("fine"));
    }
  }
}

TEST_CASE("boundary: a storage that cannot be opened says why") {
  Config config = fixtureConfig("thrower", "thrower");
  config.storage.sections["thrower"]["failToOpen"].value = true;
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::PluginFault);
  CHECK(messageOf([&] { createStorage(config); }).find("no way to open") != std::string::npos);
}

TEST_CASE("boundary: a long text arrives whole, a cut one at a code point") {
  const auto storage = openThrower();
  const std::string whole = messageOf([&] { storage->read("long"); });
  CHECK(whole.find(" the end") != std::string::npos);
  const std::string cut = messageOf([&] { storage->read("cut"); });
  CHECK(path::detail::isUtf8(cut));
}

TEST_CASE("boundary: after three broken promises the storage is given up") {
  const auto storage = openThrower();
  for (int i = 0; i < 3; ++i) CHECK(codeOf([&] { storage->read("int"); }) == ErrorCode::PluginFault);
  CHECK(messageOf([&] { storage->stat("fine"); }).find("three times") != std::string::npos);
}

TEST_CASE("boundary: answers that mean nothing are PluginFault, unknown codes are Internal") {
  CHECK(readCode("positive_code") == ErrorCode::PluginFault);
  CHECK(readCode("unknown_code") == ErrorCode::Internal);
  CHECK(readCode("commit_too_much") == ErrorCode::PluginFault);
  CHECK(readCode("bad_utf8") == ErrorCode::Corrupt);
  const auto storage = createStorage(fixtureConfig("name_with_slash"));
  CHECK(codeOf([&] { storage->list(""); }) == ErrorCode::PluginFault);
}

TEST_CASE("boundary: a shorter table of operations works, and nobody looks behind its end") {
  const auto storage = createStorage(fixtureConfig("short_ops"));
  CHECK(storage->extension("tally.follow/1") == nullptr);
  CHECK(storage->read("any") == "bytes");
}

TEST_CASE("boundary: keys are checked before the plugin sees them") {
  const auto storage = openThrower();
  for (const char* key : {"", "/a", "a/", "a//b", "..", "a/../b"}) {
    CAPTURE(key);
    CHECK(codeOf([&] { storage->read(key); }) == ErrorCode::InvalidArgument);
    CHECK(codeOf([&] { storage->write(key, ""); }) == ErrorCode::InvalidArgument);
    CHECK(codeOf([&] { storage->append(key, ""); }) == ErrorCode::InvalidArgument);
    const auto removed = *key == '\0' ? ErrorCode::IsADirectory : ErrorCode::InvalidArgument;
    CHECK(codeOf([&] { storage->remove(key); }) == removed);
  }
}

TEST_CASE("boundary: an option that the backend does not declare is Unsupported") {
  const auto storage = openThrower();
  WriteOptions write;
  write.if_version = Version("v");
  CHECK(codeOf([&] { storage->write("fine", "", write); }) == ErrorCode::Unsupported);
  AppendOptions append;
  append.token = "t";
  CHECK(codeOf([&] { storage->append("fine", "", append); }) == ErrorCode::Unsupported);
  CHECK(storage->write("fine", "") == Version("v1"));
  CHECK(messageOf([&] { storage->write("fine", "", write); }).find("does not offer if_version, which") !=
        std::string::npos);
  CHECK(messageOf([&] { storage->append("fine", "", append); }).find("does not offer a token, which") !=
        std::string::npos);
}

TEST_CASE("boundary: a call that is wrong for every backend is InvalidArgument, whatever this one offers") {
  const auto storage = openThrower();
  WriteOptions both;
  both.if_absent = true;
  both.if_version = Version("1");
  CHECK(codeOf([&] { storage->write("fine", "", both); }) == ErrorCode::InvalidArgument);
  WriteOptions no_time;
  no_time.time_to_live = std::chrono::nanoseconds(0);
  CHECK(codeOf([&] { storage->write("fine", "", no_time); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("boundary: a call past its deadline or cancelled does not begin") {
  const auto storage = openThrower();
  CHECK(codeOf([&] { storage->read("fine", {}, Call::within(std::chrono::nanoseconds(-1))); }) == ErrorCode::Timeout);
  std::stop_source source;
  source.request_stop();
  Call call;
  call.cancel = CancelToken(source.get_token());
  CHECK(codeOf([&] { storage->read("fine", {}, call); }) == ErrorCode::Cancelled);
}

TEST_CASE("boundary: a stop_token arrives as a word and a descriptor") {
  const auto storage = openThrower();
  std::stop_source source;
  Call call;
  call.cancel = CancelToken(source.get_token());
  CHECK(storage->read("poll", {}, call) == "armed");
  CHECK(storage->read("poll") == "bare");
}

TEST_CASE("boundary: the word and the descriptor of an outer call are handed on, as an adapter gets them") {
  const auto storage = openThrower();
  std::uint32_t word = 0;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Call call;
  call.cancel = CancelToken(&word, ends[0]);
  CHECK(call.cancel.possible());
  CHECK_FALSE(CancelToken().possible());
  CHECK(storage->read("poll", {}, call) == "armed");
  CHECK(storage->read("later", {}, call) == "going on");
  // Cancelled while the plugin is inside.
  struct Stopper final : ByteSink {
    explicit Stopper(std::uint32_t& word) : word(word) {}
    void put(std::string_view) override { word = 1; }
    char* grow(std::size_t) override { return nullptr; }
    void commit(std::size_t) override {}
    std::uint32_t& word;
  } stopper(word);
  CHECK(codeOf([&] { storage->read("later", {}, stopper, call); }) == ErrorCode::Cancelled);
  ::close(ends[0]), ::close(ends[1]);
}

TEST_CASE("boundary: what a sink throws comes out of the call unchanged") {
  struct Full final : ByteSink {
    void put(std::string_view) override { throw std::out_of_range("full"); }
    char* grow(std::size_t) override { throw std::out_of_range("full"); }
    void commit(std::size_t) override {}
  } full;
  const auto storage = openThrower();
  CHECK_THROWS_AS(storage->read("thousand", {}, full, {}), std::out_of_range);
  CHECK(storage->read("thousand").size() == 1000);
}

TEST_CASE("boundary: listings, pages and ranges cross unchanged") {
  const auto storage = openThrower();
  const auto entries = storage->list("dir");
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].path == "dir/a");
  CHECK(entries[0].is_directory);
  CHECK(entries[1].id() == "b");
  CHECK(storage->read("range", {5, 7}) == "5+7");
}

namespace {
std::atomic<int> inits{0};
}  // namespace

TEST_CASE("boundary: loading from many threads initialises once") {
  setLogHandler([](int, std::string_view, std::string_view text) { inits += text == "init" ? 1 : 0; });
  std::vector<std::thread> threads;
  std::atomic<int> open{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) open += createStorage(fixtureConfig("logs_init")) != nullptr ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  setLogHandler(nullptr);
  CHECK(open == 160);
  CHECK(inits == 1);
}
