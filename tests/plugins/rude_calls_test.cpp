// What a plugin throws, and what it delivers against the rules: each becomes an error with a code, and the host lives.

#include <unistd.h>

#include "plugins/rude_fixture.hpp"
#include "tally/extensions/health.hpp"

using namespace tally;
using namespace tally::test;

namespace {

struct NoFindings final : HealthSink {
  void take(HealthLevel, std::string_view, std::string_view) override {}
};

std::string logged;  // NOLINT: a handler is a plain function

/// Takes what is logged while it lives.
struct Logged {
  Logged() {
    logged.clear();
    setLogHandler([](int, std::string_view plugin, std::string_view text) {
      logged += std::string(plugin) + ": " + std::string(text) + "\n";
    });
  }
  ~Logged() { setLogHandler(nullptr); }
  Logged(const Logged&) = delete;
  Logged& operator=(const Logged&) = delete;
};

ErrorCode listingCode(std::vector<std::string_view> names, std::size_t name_size = 0) {
  const auto storage = openRude("");
  rude().names = std::move(names);
  rude().name_size = name_size;
  return codeOf([&] { storage->list(""); });
}

// What is written to standard error during `action`.
template <typename Action>
std::string standardErrorOf(Action&& action) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  action();
  ::dup2(before, STDERR_FILENO);
  ::close(before), ::close(ends[1]);
  std::string text(65536, '\0');
  const auto got = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

}  // namespace

// First, since there is no way back to the default handler.
TEST_CASE("rude: a log handler that throws harms nobody, and lines are one printable line each") {
  const auto storage = openRude("");
  REQUIRE(rude().host != nullptr);
  const std::string_view ill = "two\nlines and \x1b[31m colour\xc2\x9b";
  const tally_str text{ill.data(), ill.size()};
  const auto log = [&] { rude().host->log(rude().host->self, TALLY_LOG_WARNING, &text); };
  const std::string line = standardErrorOf(log);
  CHECK_MESSAGE(line.find("tally: warning: rude: two lines and ") == 0, line);
  CHECK(line.find('\x1b') == line.npos);
  CHECK(line.find("\xc2\x9b") == line.npos);
  CHECK(line.find('\n') == line.size() - 1);
  setLogHandler([](int, std::string_view, std::string_view) { throw std::runtime_error("no paper"); });
  CHECK_NOTHROW(log());
  setLogHandler(nullptr);
}

TEST_CASE("rude: what is thrown from the entry or the factory is told when the plugin is made known") {
  breakRule("entry");
  CHECK(codeOf([] { addStaticPlugin(rude_slots::entry); }) == ErrorCode::PluginFault);
  breakRule("factory");
  CHECK(codeOf([] { addStaticPlugin(rude_slots::entry); }) == ErrorCode::PluginFault);
}

TEST_CASE("rude: what is thrown from extension or an ability's slot is the plugin's fault") {
  const auto storage = openRude("extension");
  CHECK(codeOf([&] { storage->extension<Health>(); }) == ErrorCode::PluginFault);
  const auto other = openRude("ability");
  auto* const health = other->extension<Health>();
  REQUIRE(health != nullptr);
  NoFindings sink;
  CHECK(codeOf([&] { health->checkHealth(sink, {}); }) == ErrorCode::PluginFault);
  CHECK(messageOf([&] { health->checkHealth(sink, {}); }).find("thrown from ability") != std::string::npos);
}

TEST_CASE("rude: what is cut short is not read behind its end") {
  const auto listing = openRude("cut entry");
  rude().names = {"a"};
  CHECK(codeOf([&] { listing->list(""); }) == ErrorCode::PluginFault);
  CHECK(messageOf([&] { listing->list(""); }).find("cut short") != std::string::npos);
  const auto storage = openRude("cut finding");
  NoFindings sink;
  const auto text = messageOf([&] { storage->extension<Health>()->checkHealth(sink, {}); });
  CHECK_MESSAGE(text.find("cut short") != std::string::npos, text);
}

TEST_CASE("rude: a finding about the storage's health is text") {
  for (const char* mode : {"null finding", "finding that is no text", "cut finding"}) {
    const auto storage = openRude(mode);
    NoFindings sink;
    CHECK(codeOf([&] { storage->extension<Health>()->checkHealth(sink, {}); }) == ErrorCode::PluginFault);
  }
}

TEST_CASE("rude: what is thrown from destroy is logged, and the storage is closed") {
  const Logged log;
  openRude("destroy").reset();
  CHECK_MESSAGE(logged.find("rude: ") == 0, logged);
  CHECK_MESSAGE(logged.find("thrown from destroy") != std::string::npos, logged);
}

TEST_CASE("rude: room for more bytes than there can be is no room, and the read goes on") {
  const auto storage = openRude("too much room");
  CHECK(storage->read("any") == "0123456789 none");
}

TEST_CASE("rude: a reader that has no memory left is told so in the words of this library") {
  struct Full final : ByteSink {
    void put(std::string_view) override { throw std::bad_alloc(); }
    char* grow(std::size_t) override { throw std::bad_alloc(); }
    void commit(std::size_t) override {}
  } full;
  const auto storage = openRude("");
  CHECK(codeOf([&] { storage->read("any", {}, full, {}); }) == ErrorCode::Exhausted);
}

TEST_CASE("rude: a read that delivers more than was asked for is a fault") {
  CHECK(codeOf([&] { openRude("")->read("any", {0, 2}); }) == ErrorCode::PluginFault);
  CHECK(openRude("")->read("any", {0, 10}) == "0123456789");
  CHECK(codeOf([&] { openRude("null text")->read("any"); }) == ErrorCode::PluginFault);
}

TEST_CASE("rude: a listing that is out of order, repeats itself or holds what is no name is a fault") {
  using Names = std::vector<std::string_view>;
  for (const Names& names :
       {Names{"b", "a"}, Names{"a", "a"}, Names{"a", "b", "aa"}, Names{""}, Names{"."}, Names{".."}, Names{"a/b"},
        Names{std::string_view("a\0", 2)}, Names{"\xff\xfe"}, Names{"a", "a\xc3"}}) {
    CAPTURE(names.back());
    CHECK(listingCode(names) == ErrorCode::PluginFault);
  }
  CHECK(listingCode({std::string_view()}, 9) == ErrorCode::PluginFault);
  rude().names = {"a", "a.", "a0", "aa", "\xc3\xa4"};
  CHECK(openRude("")->list("").size() == 5);
  rude().names = {"a"};
}

TEST_CASE("rude: the text of another call's error is never taken") {
  const auto storage = openRude("stale detail");
  std::string said;
  for (const char* mode : {"stale detail", "cut text"}) {  // from one place, so that both errors lie in one
    rude().mode = mode;
    try {
      storage->read("any");
    } catch (const Error& error) {
      said = error.what();
    }
  }
  CHECK(said == "rude: read any: x");
}
