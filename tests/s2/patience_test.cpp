// Servers that hang, and servers that ask for patience.

#include "s2_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"

using namespace tally;
using namespace tally::s2::test;
using namespace std::chrono_literals;
using conformance::Fault;
using conformance::FaultProxy;
using tally::test::codeOf;

namespace {

constexpr int kAlways = conformance::Strike::kForEver;

/// A client behind a proxy, whose own limit of time is short.
struct Impatient {
  const S2Server server;
  FaultProxy proxy{server.address(), kMethods};
  s2::S2Storage storage{settings(), Call()};

  s2::Settings settings() const {
    auto settings = settingsFor("http://" + proxy.address());
    settings.request_timeout = 1s;
    return settings;
  }
};

/// A service that asks to wait so long.
std::string busyFor(const std::string& milliseconds) {
  const std::string body = R"({"code":"rate_limited","message":""})";
  return "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nretry-after-ms: " + milliseconds +
         "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("patience: the limit of one answer is a Timeout, and the question is not asked again") {
  Impatient client;
  client.storage.append("log", "line\n");
  client.proxy.arm({Fault::Hang, kAlways, 0, "GET "});
  for (const auto& ask : {std::function<void()>([&] { client.storage.list(""); }),
                          std::function<void()>([&] { client.storage.read("log"); })}) {
    const auto begin = Call::Clock::now();
    CHECK(codeOf(ask) == ErrorCode::Timeout);
    CHECK(Call::Clock::now() - begin < 2500ms);
  }
  client.proxy.arm({Fault::Hang, kAlways, 0, "DELETE "});
  CHECK(codeOf([&] { client.storage.remove("log"); }) == ErrorCode::OutcomeUnknown);
}

TEST_CASE("patience: a service that asks to be left alone for days is, and the error says for how long") {
  Impatient client;
  client.storage.append("log", "line\n");
  const auto until = [&](const std::function<void()>& action) {
    client.proxy.arm({Fault::Answer, kAlways, 0, {}, busyFor("999999999")});
    const auto begin = Call::Clock::now();
    try {
      action();
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::Exhausted);
      CHECK(error.retryable());
      CHECK(Call::Clock::now() - begin < 1s);
      return error.retryAfter();
    }
    return std::chrono::nanoseconds(0);
  };
  CHECK(until([&] { client.storage.append("log", "x"); }) == 999'999'999ms);
  CHECK(until([&] { client.storage.list(""); }) == 999'999'999ms);
  CHECK(until([&] { client.storage.read("log"); }) == 999'999'999ms);
  CHECK(until([&] { client.storage.write("log", std::string(3'000'000, 'x')); }) == 999'999'999ms);
  client.proxy.arm({Fault::Answer, 1, 0, {}, busyFor("700")});
  const auto begin = Call::Clock::now();
  client.storage.append("log", "more\n");
  CHECK(Call::Clock::now() - begin >= 700ms);
  client.proxy.disarm();
  CHECK(client.storage.read("log") == "line\nmore\n");
}
