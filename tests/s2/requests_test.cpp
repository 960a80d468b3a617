// What operations cost in requests, counted by a proxy that passes everything on.

#include <algorithm>
#include <chrono>
#include <thread>

#include "s2_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"

using namespace tally;
using namespace tally::s2::test;
using conformance::FaultProxy;
using tally::test::codeOf;

TEST_CASE("requests: names that are too long are refused before any") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(settingsFor("http://" + proxy.address()), Call());
  const int before = proxy.requests();
  const std::string key(512, 'k');
  CHECK(codeOf([&] { storage.write(key, "x"); }) == ErrorCode::InvalidArgument);
  CHECK(codeOf([&] { storage.read(key); }) == ErrorCode::InvalidArgument);
  CHECK(codeOf([&] { storage.stat(key); }) == ErrorCode::InvalidArgument);
  CHECK(codeOf([&] { storage.remove(key); }) == ErrorCode::InvalidArgument);
  CHECK(proxy.requests() == before);
}

TEST_CASE("requests: one for a write, an append, a read, a remove; two for a stat, an append of an expected size") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(settingsFor("http://" + proxy.address()), Call());
  storage.write("d/x", "first");
  const auto cost = [&](const std::function<void()>& action) {
    const int before = proxy.requests();
    action();
    return proxy.requests() - before;
  };
  CHECK(cost([&] { storage.write("d/x", std::string(1'000'000, 'x')); }) == 1);
  CHECK(cost([&] { storage.append("d/x", "line\n"); }) == 1);
  CHECK(cost([&] { storage.read("d/x"); }) == 1);
  AppendOptions expecting;
  for (expecting.expected_size = 1'000'005; *expecting.expected_size < 1'000'020; *expecting.expected_size += 5) {
    CHECK(cost([&] { storage.append("d/x", "line\n", expecting); }) == 2);
  }
  CHECK(cost([&] { storage.stat("d/x"); }) == 2);
  openS2(server)->append("d/x", "of another\n");
  CHECK(cost([&] { storage.stat("d/x"); }) == 3);
  CHECK(cost([&] { storage.list("d"); }) == 1);
  CHECK(cost([&] { storage.remove("d/x"); }) == 1);
}

TEST_CASE("requests: a listing passes large subtrees in one each") {
  const S2Server server;
  FaultProxy proxy(server.address(), kMethods);
  s2::S2Storage storage(settingsFor("http://" + proxy.address()), Call());
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 12; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 100; ++i) storage.write("p/big/" + std::to_string(100 * writer + i), "x");
    });
  }
  for (auto& writer : writers) writer.join();
  storage.write("p/z", "x");
  const int before = proxy.requests();
  CHECK(storage.list("p").size() == 2);
  CHECK(proxy.requests() - before <= 2);
}

TEST_CASE("requests: a small read on a kept connection does not wait for a delayed acknowledgement") {
  using Clock = std::chrono::steady_clock;
  const S2Server server;
  const auto storage = openS2(server);
  storage->write("x", std::string(1024, 'x'));
  for (int i = 0; i < 20; ++i) storage->read("x");  // new connections are acknowledged at once by themselves
  auto best = Clock::duration::max();
  for (int i = 0; i < 20; ++i) {
    const auto begin = Clock::now();
    storage->read("x");
    best = std::min(best, Clock::now() - begin);
  }
  CHECK(best < std::chrono::milliseconds(30));  // the delay is 40 ms
}
