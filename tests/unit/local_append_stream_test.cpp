// Appends that share a write: order, windows, failures.

#include <cstdlib>
#include <new>
#include <sstream>
#include <thread>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;
using local::LocalStorage;
using namespace std::chrono_literals;

namespace {

thread_local long allocations_left = -1;  // -1: any number

}  // namespace

void* operator new(std::size_t size) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  void* memory = std::malloc(size);
  return memory != nullptr ? memory : throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

/// Run `action` with this many allocations before memory is out. Whether it went well.
bool withMemoryFor(long allocations, const std::function<void()>& action) {
  allocations_left = allocations;
  try {
    action();
    allocations_left = -1;
    return true;
  } catch (const std::exception&) {
    allocations_left = -1;
    return false;
  }
}

std::unique_ptr<AppendStream> open(LocalStorage& storage, std::string_view key,
                                   const AppendStreamOptions& options = {}) {
  return storage.extension<AppendStreams>()->openAppendStream(key, options, Call());
}

}  // namespace

TEST_CASE("append stream: appends land in order, each with the object's size after it") {
  Store store;
  store.storage.append("log", "before");
  const auto stream = open(store.storage, "log");
  CHECK(stream->submit("one") == 0);
  CHECK(stream->submit("") == 1);
  CHECK(stream->submit("three") == 2);
  CHECK(store.raw("log") == "before");
  CHECK(stream->wait(0, Call()) == 9);
  CHECK(store.raw("log") == "beforeonethree");
  CHECK(stream->wait(2, Call()) == 14);
  CHECK(stream->wait(1, Call()) == 9);
  store.storage.append("log", "between");
  CHECK(stream->submit("last") == 3);
  CHECK(stream->wait(3, Call()) == 25);
  CHECK(store.raw("log") == "beforeonethreebetweenlast");
  CHECK(codeOf([&] { stream->wait(4, Call()); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("append stream: the first append creates the object and the folders above") {
  Store store;
  const auto stream = open(store.storage, "a/b/log");
  CHECK_FALSE(fs::exists(store.path("")));
  CHECK(stream->submit("x") == 0);
  CHECK(stream->wait(0, Call()) == 1);
  CHECK(store.raw("a/b/log") == "x");
}

TEST_CASE("append stream: a full window takes no more until somebody waits") {
  Store store;
  auto stream = open(store.storage, "log", {10, 0});
  CHECK(stream->submit("0123456") == 0);
  CHECK(stream->submit("0123") == std::nullopt);
  CHECK(stream->submit("012") == 1);
  CHECK(stream->submit("") == 2);
  CHECK(stream->wait(1, Call()) == 10);
  const std::string large(100, 'x');
  CHECK(stream->submit(large) == 3);  // alone, since it would never fit
  CHECK(stream->submit("y") == std::nullopt);
  CHECK(stream->wait(3, Call()) == 110);

  stream = open(store.storage, "other", {0, 2});
  CHECK(stream->submit("a") == 0);
  CHECK(stream->submit("b") == 1);
  CHECK(stream->submit("c") == std::nullopt);
  CHECK(stream->wait(0, Call()) == 1);
  CHECK(stream->submit("c") == 2);
}

TEST_CASE("append stream: what can't be appended to is told when it is opened") {
  Store store;
  store.storage.write("d/k", "1");
  CHECK(codeOf([&] { open(store.storage, "d"); }) == ErrorCode::IsADirectory);
  CHECK(codeOf([&] { open(store.storage, "d/k/x"); }) == ErrorCode::NotADirectory);
  CHECK(codeOf([&] { open(store.storage, ".tally~x"); }) == ErrorCode::InvalidArgument);
  fs::create_symlink("d/k", store.path("link"));
  CHECK(codeOf([&] { open(store.storage, "link"); }) == ErrorCode::PermissionDenied);
}

TEST_CASE("append stream: the end of a wait is not the end of the stream") {
  Store store;
  const auto stream = open(store.storage, "log");
  CHECK(stream->submit("one"));
  CHECK(codeOf([&] { stream->wait(0, Call::within(0s)); }) == ErrorCode::Timeout);
  std::uint32_t word = 1;
  Call cancelled;
  cancelled.cancel = CancelToken(&word, -1);
  CHECK(codeOf([&] { stream->wait(0, cancelled); }) == ErrorCode::Cancelled);
  CHECK_FALSE(fs::exists(store.path("log")));
  CHECK(stream->submit("two"));
  CHECK(stream->wait(1, Call()) == 6);
  CHECK(store.raw("log") == "onetwo");
}

TEST_CASE("append stream: a wait that ends while somebody else has the lock loses nothing") {
  Store store;
  store.storage.append("log", "-");
  local::Root root({store.path(""), true, local::Durability::Process});
  REQUIRE(root.find());
  local::Journal journal(root);
  const auto stream = open(store.storage, "log");
  CHECK(stream->submit("one"));
  {
    const local::Journal::Lock lock(journal, "log", Call());
    std::jthread other([&] { CHECK(codeOf([&] { stream->wait(0, Call::within(20ms)); }) == ErrorCode::Timeout); });
  }
  CHECK(stream->submit("two"));
  CHECK(stream->wait(0, Call()) == 4);
  CHECK(stream->wait(1, Call()) == 7);
  CHECK(store.raw("log") == "-onetwo");
}

TEST_CASE("append stream: after a failure each call says the same, and what was not done") {
  Store store;
  const auto stream = open(store.storage, "d/log");
  CHECK(stream->submit("one"));
  CHECK(stream->wait(0, Call()) == 3);
  CHECK(stream->submit("two"));
  CHECK(stream->submit("three"));
  store.storage.remove("d/log");
  fs::create_directory(store.path("d/log"));
  const std::string said = messageOf([&] { stream->wait(2, Call()); });
  CHECK(said.find("append 1 of the stream and those after it are not there") != said.npos);
  CHECK(messageOf([&] { stream->wait(0, Call()); }) == said);
  CHECK(messageOf([&] { static_cast<void>(stream->submit("four")); }) == said);
  CHECK(codeOf([&] { static_cast<void>(stream->submit("four")); }) == ErrorCode::IsADirectory);
}

TEST_CASE("append stream: many wait while one submits, and two streams never mix") {
  Store store;
  constexpr int kAppends = 2000;
  const auto write = [&](char name) {
    const auto stream = open(store.storage, "log", {0, 64});
    for (int i = 0; i < kAppends; ++i) {
      const std::string line = std::string(1, name) + std::to_string(i) + "\n";
      std::optional<std::uint64_t> ticket;
      while (!(ticket = stream->submit(line))) stream->wait(static_cast<std::uint64_t>(i) - 64, Call());
      REQUIRE(*ticket == static_cast<std::uint64_t>(i));
    }
    std::vector<std::jthread> waiters;
    for (int i = 1; i <= 4; ++i) waiters.emplace_back([&] { CHECK(stream->wait(kAppends - 1, Call()).has_value()); });
  };
  std::jthread other([&] { write('b'); });
  write('a');
  other.join();
  std::istringstream lines(store.raw("log"));
  int next[2] = {0, 0};
  for (std::string line; std::getline(lines, line);) {
    int& wanted = next[line.at(0) - 'a'];
    CHECK(line.substr(1) == std::to_string(wanted++));
  }
  CHECK(next[0] == kAppends);
  CHECK(next[1] == kAppends);
}

TEST_CASE("append stream: without memory nothing is lost that was taken, nothing lands twice, and no wait is endless") {
  for (long enough = 0; enough < 40; ++enough) {
    CAPTURE(enough);
    Store store;
    const auto stream = open(store.storage, "log");
    std::string expected;
    std::uint64_t ticket = 0;
    const auto submit = [&](char letter) {
      const std::string line = std::string(700, letter) + "\n";
      if (withMemoryFor(enough % 4, [&] { ticket = *stream->submit(line); })) expected += line;
    };
    for (const char letter : {'a', 'b', 'c', 'd'}) submit(letter);
    if (expected.empty()) continue;
    withMemoryFor(enough, [&] { stream->wait(ticket, Call()); });
    for (const char letter : {'e', 'f'}) submit(letter);
    bool is_whole = false, is_unknown = false;
    try {
      stream->wait(ticket, Call::within(10s));
      is_whole = true;
    } catch (const Error& error) {
      is_unknown = error.code() == ErrorCode::OutcomeUnknown;
    }
    const std::string found = store.storage.stat("log") ? store.storage.read("log") : "";
    CHECK((is_whole || is_unknown));
    CHECK((is_whole ? found == expected : expected.compare(0, found.size(), found) == 0));
  }
}
