// Appends above one batch, with an expected size or a token: staged, and put behind what they expect or not at all.

#include <thread>

#include "s2_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"

using namespace tally;
using namespace tally::s2::test;
using conformance::Fault;
using conformance::FaultProxy;
using tally::test::codeOf;

namespace {

const std::string kLarge = std::string(2 * 1024 * 1024 - 1, 'x') + "\n";

AppendOptions behind(std::uint64_t size) {
  AppendOptions options;
  options.expected_size = size;
  return options;
}

AppendOptions withToken(const char* token) {
  AppendOptions options;
  options.token = token;
  return options;
}

}  // namespace

TEST_CASE(
    "large append: with an expected size it stands behind what was there, and is a new object where nothing was") {
  const S2Server server;
  const auto storage = openS2(server);
  CHECK(storage->append("log", kLarge, behind(0)) == kLarge.size());
  CHECK(storage->append("log", "line\n", behind(kLarge.size())) == kLarge.size() + 5);
  CHECK(storage->append("log", kLarge, behind(kLarge.size() + 5)) == 2 * kLarge.size() + 5);
  CHECK(storage->read("log") == kLarge + "line\n" + kLarge);
  CHECK(openS2(server)->append("log", kLarge, behind(2 * kLarge.size() + 5)) == 3 * kLarge.size() + 5);
  CHECK(storage->read("log").size() == 3 * kLarge.size() + 5);
}

TEST_CASE("large append: a size that is another one is a Conflict, and nothing shows") {
  const S2Server server;
  const auto storage = openS2(server);
  storage->append("log", "line\n");
  CHECK(codeOf([&] { storage->append("log", kLarge, behind(4)); }) == ErrorCode::Conflict);
  openS2(server)->append("log", "of another\n");
  CHECK(codeOf([&] { storage->append("log", kLarge, behind(5)); }) == ErrorCode::Conflict);
  CHECK(storage->read("log") == "line\nof another\n");
}

TEST_CASE("large append: what others append while it is staged is a Conflict") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(settingsFor("http://" + proxy.address()), Call());
  storage.append("log", "line\n");
  // The session of the staged records is held up; the other append lands before them.
  conformance::Strike slow{Fault::Delay, 1, 0, "POST "};
  slow.wait = std::chrono::milliseconds(700);
  slow.holds = "s2s/proto";
  proxy.arm(slow);
  std::thread writer([&] {
    waitUntil("the session is held up", [&] { return proxy.struck() == 1; });
    openS2(server)->append("log", "between\n");
  });
  CHECK(codeOf([&] { storage.append("log", kLarge, behind(5)); }) == ErrorCode::Conflict);
  writer.join();
  CHECK(storage.read("log") == "line\nbetween\n");
}

TEST_CASE("large append: one whose token is known already is there once, and its size is told again") {
  const S2Server server;
  const auto storage = openS2(server), other = openS2(server);
  storage->append("log", "line\n");
  CHECK(storage->append("log", kLarge, withToken("step-1")) == kLarge.size() + 5);
  storage->append("log", "behind\n");
  CHECK(storage->append("log", kLarge, withToken("step-1")) == kLarge.size() + 5);
  AppendOptions both = behind(5);
  both.token = "step-1";
  CHECK(other->append("log", kLarge, both) == kLarge.size() + 5);
  CHECK(other->append("log", kLarge, withToken("step-2")) == 2 * kLarge.size() + 12);
  CHECK(storage->read("log") == "line\n" + kLarge + "behind\n" + kLarge);
}

TEST_CASE("large append: one that has landed beside others is never called undone") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(settingsFor("http://" + proxy.address()), Call());
  storage.append("log", "line\n");
  // The record that finishes is held up, another append comes before it, and then nothing can be read any more.
  conformance::Strike slow{Fault::Delay, 1, 1, "POST "};
  slow.wait = std::chrono::milliseconds(700);
  proxy.arm(slow);
  std::thread writer([&] {
    waitUntil("the last record is held up", [&] { return proxy.struck() == 1; });
    openS2(server)->append("log", "between\n");
    proxy.arm({Fault::CutBefore, conformance::Strike::kForEver, 0, "GET "});
  });
  CHECK(codeOf([&] { storage.append("log", kLarge); }) == ErrorCode::OutcomeUnknown);
  writer.join();
  proxy.disarm();
  CHECK(storage.read("log") == "line\nbetween\n" + kLarge);
}
