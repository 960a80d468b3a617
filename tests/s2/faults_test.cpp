// What goes wrong on the way: nothing acknowledged is lost, nothing lands twice, and who can't know says so.

#include <random>
#include <set>
#include <sstream>
#include <thread>

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

s2::Settings through(const FaultProxy& proxy) {
  auto settings = settingsFor("http://" + proxy.address());
  settings.request_timeout = 5s;
  return settings;
}

/// One fault for the next request whose first line begins so.
conformance::Strike next(Fault fault, std::string method = "POST ", std::string answer = {}) {
  return {fault, 1, 0, std::move(method), std::move(answer)};
}

std::string answer(const std::string& status, const std::string& body, const std::string& more = {}) {
  return "HTTP/1.1 " + status + "\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) +
         "\r\n" + more + "\r\n" + body;
}

const std::string kBroken = answer("500 Internal Server Error", R"({"code":"storage","message":"broken"})");
const std::string kBusy =
    answer("429 Too Many Requests", R"({"code":"rate_limited","message":""})", "retry-after-ms: 30\r\n");

std::chrono::milliseconds timeOf(const std::function<void()>& action) {
  const auto begin = Call::Clock::now();
  action();
  return std::chrono::duration_cast<std::chrono::milliseconds>(Call::Clock::now() - begin);
}

}  // namespace

TEST_CASE("faults: one change, one fault: the change is there once") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(through(proxy), Call());
  storage.append("log", "first\n");
  const struct {
    const char* what;
    Fault fault;
    std::string answer;
  } table[] = {
      {"cut before", Fault::CutBefore, {}},
      {"cut inside", Fault::CutInside, {}},
      {"cut after", Fault::CutAfter, {}},
      {"busy", Fault::Answer, kBusy},
      {"broken", Fault::Answer, kBroken},
      {"garbage", Fault::Answer, answer("200 OK", "<html>hello</html>")},
      {"no HTTP", Fault::Answer, "\x15\x03\x01 nothing of the kind\r\n\r\n"},
  };
  std::string expected = "first\n";
  int strikes = 0;
  for (const auto& row : table) {
    CAPTURE(row.what);
    proxy.arm(next(row.fault, "POST ", row.answer));
    storage.append("log", std::string(row.what) + "\n");
    expected += std::string(row.what) + "\n";
    CHECK(storage.read("log") == expected);
    proxy.arm(next(row.fault, "POST ", row.answer));
    storage.write("value", row.what);
    CHECK(storage.read("value") == row.what);
    strikes += 2;
  }
  CHECK(proxy.struck() == strikes);
}

TEST_CASE("faults: an append stream that is refused before its end is begun again at once") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(through(proxy), Call());
  std::string expected;
  for (const auto& refusal : {kBusy, kBroken, answer("429 Too Many Requests", {})}) {
    CAPTURE(refusal);
    const auto stream = storage.openAppendStream("log", {}, Call());
    proxy.arm(next(Fault::Answer, "POST ", refusal));
    const auto ticket = stream->submit("line\n");
    REQUIRE(ticket.has_value());
    try {
      stream->wait(*ticket, Call::within(3s));
      expected += "line\n";
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::OutcomeUnknown);  // of a refusal that does not say that it had no effect
    }
    if (storage.stat("log")) CHECK(storage.read("log") == expected);
  }
  CHECK(proxy.struck() == 3);
  CHECK(!expected.empty());
}

TEST_CASE("faults: a follower goes on by events where no frames are let through") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  const auto direct = openS2(server);
  std::string expected, every(256, '\0');
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<char>(i);
  direct->append("log", expected = every + "\n");
  s2::S2Storage storage(through(proxy), Call());
  auto refusal = next(Fault::Answer, "GET ", answer("415 Unsupported Media Type", "<html>a proxy</html>"));
  refusal.times = conformance::Strike::kForEver;
  refusal.holds = "s2s/proto";
  proxy.arm(refusal);
  const auto follower = storage.openFollower("log", {}, Call());
  std::string text;
  const auto follow = [&] {
    waitUntil("the follower has it", [&] {
      FollowEvent event;
      {
        StringSink sink(text);
        event = follower->next(sink, 0, Call::within(100ms));
      }
      if (event == FollowEvent::Reset) text.clear();
      return text == expected;
    });
  };
  follow();
  direct->append("log", "more\n");
  expected += "more\n";
  follow();
  direct->write("log", expected = std::string(3'000'000, 'y'));
  follow();
  CHECK(text == expected);
  CHECK(proxy.struck() >= 1);
}

TEST_CASE("faults: whoever collides with other changes many times gets through") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(through(proxy), Call());
  storage.write("d/x", "content");
  auto collisions =
      next(Fault::Answer, "DELETE ", answer("409 Conflict", R"({"code":"transaction_conflict","message":""})"));
  collisions.times = 6;
  proxy.arm(collisions);
  CHECK(storage.remove("d/x"));
  collisions.begins = "POST ";
  proxy.arm(collisions);
  storage.append("d/y", "line\n");
  CHECK(storage.read("d/y") == "line\n");
  CHECK(proxy.struck() == 12);
  collisions.times = conformance::Strike::kForEver;
  proxy.arm(collisions);
  CHECK(codeOf([&] { storage.append("d/y", "line\n", {}, Call::within(1s)); }) == ErrorCode::Timeout);
}

TEST_CASE("faults: questions are asked again") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(through(proxy), Call());
  storage.write("d/x", "content");
  for (const auto fault : {Fault::CutBefore, Fault::CutAfter, Fault::Answer}) {
    CAPTURE(static_cast<int>(fault));
    proxy.arm(next(fault, "GET ", kBroken));
    CHECK(storage.read("d/x") == "content");
    proxy.arm(next(fault, "GET ", kBusy));
    CHECK(storage.stat("d/x").has_value());
    proxy.arm(next(fault, "GET ", kBroken));
    CHECK(storage.list("d").size() == 1);
    proxy.arm(next(fault, "DELETE ", kBroken));
    CHECK_NOTHROW(storage.remove("d/gone"));
  }
}

TEST_CASE("faults: a large value survives a cut session, and is never seen in part") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(through(proxy), Call());
  storage.write("big", "old");
  for (const auto fault : {Fault::CutBefore, Fault::CutInside, Fault::CutAfter}) {
    CAPTURE(static_cast<int>(fault));
    const std::string value(5'000'000, static_cast<char>('a' + static_cast<int>(fault)));
    proxy.arm(next(fault));
    storage.write("big", value);
    CHECK(storage.read("big") == value);
    proxy.arm(next(fault));
    storage.append("big", value);
    CHECK(storage.read("big") == value + value);
  }
}

TEST_CASE("faults: appends of many threads under random faults: each at most once, each acknowledged one there") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(through(proxy), Call());
  storage.append("log", "");
  std::mutex mutex;
  std::set<std::string> acknowledged, unknown;
  std::atomic<bool> done{false};
  std::thread trouble([&] {
    std::mt19937 random(std::random_device{}());
    while (!done) {
      const Fault faults[] = {Fault::CutBefore, Fault::CutInside, Fault::CutAfter, Fault::Answer};
      const int before = proxy.struck();
      proxy.arm(next(faults[random() % 4], "POST ", kBroken));
      while (!done && proxy.struck() == before) std::this_thread::yield();
    }
  });
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 40; ++i) {
        const std::string line = std::to_string(writer) + "-" + std::to_string(i);
        try {
          storage.append("log", line + "\n");
          const std::lock_guard lock(mutex);
          acknowledged.insert(line);
        } catch (const Error& error) {
          const std::lock_guard lock(mutex);
          if (error.code() == ErrorCode::OutcomeUnknown) unknown.insert(line);
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  done = true;
  trouble.join();
  proxy.disarm();
  std::istringstream lines(storage.read("log"));
  std::set<std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(seen.insert(line).second);
    CHECK((acknowledged.count(line) + unknown.count(line)) == 1);
  }
  for (const auto& line : acknowledged) CHECK(seen.count(line) == 1);
  CHECK(proxy.struck() > 3);
}

TEST_CASE("faults: a server that says nothing is left at the deadline, and when the caller cancels") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(through(proxy), Call());
  storage.append("log", "x");
  proxy.arm(next(Fault::Hang, "GET "));
  CHECK(timeOf([&] { CHECK(codeOf([&] { storage.read("log", {}, Call::within(200ms)); }) == ErrorCode::Timeout); }) <
        600ms);
  proxy.arm(next(Fault::Hang, "POST "));
  CHECK(timeOf([&] {
          CHECK(codeOf([&] { storage.append("log", "y", {}, Call::within(200ms)); }) == ErrorCode::OutcomeUnknown);
        }) < 600ms);
  std::uint32_t word = 0;
  Call call;
  call.cancel = CancelToken(&word, -1);
  proxy.arm(next(Fault::Hang, "GET "));
  Call::Clock::time_point asked;
  std::thread canceller([&] {
    waitUntil("the request hangs", [&] { return proxy.struck() == 3; });
    asked = Call::Clock::now();
    __atomic_store_n(&word, 1, __ATOMIC_RELEASE);
  });
  CHECK(codeOf([&] { storage.stat("log", call); }) == ErrorCode::Cancelled);
  const auto answered = Call::Clock::now();
  canceller.join();
  CHECK(answered - asked < 500ms);  // 100 ms on a machine with nothing else to do
}

TEST_CASE("faults: a server that is not there is Unavailable, and the message says where to look") {
  const auto port = tally::test::freePort();
  auto settings = settingsFor("http://127.0.0.1:" + std::to_string(port));
  settings.access_token = "very-secret-token";
  const auto open = [&] { const s2::S2Storage storage(settings, Call()); };
  CHECK(codeOf(open) == ErrorCode::Unavailable);
  CHECK(messageOf(open).find("endpoint") != std::string::npos);
  CHECK(messageOf(open).find("very-secret-token") == std::string::npos);
}

TEST_CASE("faults: refused credentials and missing permissions are told apart, without the token") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  auto settings = through(proxy);
  settings.access_token = "very-secret-token";
  s2::S2Storage storage(settings, Call());
  proxy.arm(next(Fault::Answer, "GET ", answer("401 Unauthorized", R"({"code":"authn","message":"who are you"})")));
  CHECK(codeOf([&] { storage.read("x"); }) == ErrorCode::Unauthenticated);
  storage.append("x", "1");
  const std::string forbidden = answer("403 Forbidden", R"({"code":"permission_denied","message":"not allowed"})");
  proxy.arm(next(Fault::Answer, "POST ", forbidden));
  const std::string text = messageOf([&] { storage.append("x", "2"); });
  CHECK(text.find("append, trim") != std::string::npos);
  CHECK(text.find("very-secret-token") == std::string::npos);
  CHECK(storage.read("x") == "1");
}

TEST_CASE("faults: a server that is killed and started again has every acknowledged append") {
  const auto server = S2Server::withFolder();
  auto storage = openS2(*server);
  std::string expected;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 30; ++i) {
      const std::string line = std::to_string(round) + ":" + std::to_string(i) + "\n";
      storage->append("log", line);
      expected += line;
    }
    const std::string value(2'000'000, static_cast<char>('a' + round));
    storage->write("value", value);
    server->process().kill();
    CHECK(codeOf([&] { storage->read("log"); }) == ErrorCode::Unavailable);
    server->restart();
    CHECK(storage->read("log") == expected);
    CHECK(storage->read("value") == value);
  }
}
