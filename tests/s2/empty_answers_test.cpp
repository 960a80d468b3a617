// Good answers with nothing in them, as a proxy may give for a service that is away: no empty store, and no busy loop.

#include "s2_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"

using namespace tally;
using namespace tally::s2::test;
using namespace std::chrono_literals;
using conformance::Fault;
using conformance::FaultProxy;
using tally::test::codeOf;
using tally::test::messageOf;

namespace {

/// So many questions for records, all of those that hold this, are answered with nothing.
conformance::Strike nothingFor(const std::string& what, int times = conformance::Strike::kForEver) {
  return {Fault::Answer, times, 0, "GET ", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 100ms, what};
}

/// A client behind a proxy, and an object of one line.
struct BehindProxy {
  const S2Server server;
  FaultProxy proxy{server.address(), kMethods};
  s2::S2Storage storage{settingsFor("http://" + proxy.address()), Call()};
  BehindProxy() { storage.append("log", "line\n"); }
};

}  // namespace

TEST_CASE("empty answers: a read that brings nothing at all is Unavailable and may be tried again") {
  for (const std::string what : {"s2s/proto", "/records?"}) {
    CAPTURE(what);
    BehindProxy client;
    client.proxy.arm(nothingFor(what, 1));
    CHECK(client.storage.read("log") == "line\n");
    client.proxy.arm(nothingFor(what));
    try {
      client.storage.read("log");
      FAIL_CHECK("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::Unavailable);
      CHECK(error.retryable());
    }
    WriteOptions exclusive;
    exclusive.if_absent = true;
    CHECK_THROWS_AS(client.storage.write("log", "new\n", exclusive), Error);
    client.proxy.disarm();
    CHECK(client.storage.read("log") == "line\n");
  }
}

TEST_CASE("empty answers: a follower leaves the service alone, and says that it is Unavailable") {
  BehindProxy client;
  client.proxy.arm(nothingFor("/records?"));
  const auto follower = client.storage.openFollower("log", {}, Call());
  std::string text;
  const auto next = [&](std::chrono::milliseconds time) {
    StringSink sink(text);
    return follower->next(sink, 0, Call::within(time));
  };
  const int before = client.proxy.requests();
  CHECK(next(50ms) == FollowEvent::Nothing);
  CHECK(codeOf([&] { next(5s); }) == ErrorCode::Unavailable);
  CHECK(client.proxy.requests() - before < 10);
  client.proxy.disarm();
  CHECK(next(5s) == FollowEvent::Data);
  CHECK(text == "line\n");
}
