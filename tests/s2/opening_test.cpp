// Opening a store: basins, TLS, many requests at once.

#include <thread>

#include "s2_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2::test;
using tally::test::codeOf;
using tally::test::messageOf;

TEST_CASE("opening: a missing basin is created when asked for, else named") {
  const S2Server server;
  auto settings = settingsFor(server.url());
  settings.create_basin = false;
  const auto open = [&] { const s2::S2Storage storage(settings, Call()); };
  CHECK(codeOf(open) == ErrorCode::InvalidConfig);
  CHECK(messageOf(open).find("createBasin") != std::string::npos);
  openS2(server)->write("x", "1");
  const s2::S2Storage storage(settings, Call());
}

TEST_CASE("opening: with TLS and the server's certificate, 64 appends side by side") {
  const auto server = S2Server::withTls();
  const auto storage = openS2(*server);
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i) threads.emplace_back([&] { storage->append("log", "line\n"); });
  for (auto& thread : threads) thread.join();
  CHECK(storage->read("log").size() == 64 * 5);
  const std::string large(5'000'000, 'x');
  storage->write("large", large);
  CHECK(storage->read("large") == large);
}

TEST_CASE("opening: a certificate that nobody vouches for is refused, unless that is wanted") {
  const auto server = S2Server::withTls();
  auto settings = settingsFor(server->url());
  const auto open = [&] { const s2::S2Storage storage(settings, Call()); };
  CHECK(codeOf(open) == ErrorCode::Unavailable);
  CHECK(messageOf(open).find("caFile") != std::string::npos);
  settings.verify_tls = false;
  CHECK_NOTHROW(open());
}

TEST_CASE("opening: a basin that does not make streams by itself works too (bug 46)") {
  const S2Server server;
  const std::string config = R"({"basin":"plain-basin","config":{"create_stream_on_append":false}})";
  tally::test::runProgram(
      {"curl", "-sf", "-X", "POST", "-H", "content-type: application/json", "-d", config, server.url() + "/v1/basins"});
  auto settings = settingsFor(server.url());
  settings.basin = "plain-basin";
  s2::S2Storage storage(settings, Call());
  storage.append("log", "a");
  storage.write("large", std::string(3'000'000, 'x'));
  CHECK(storage.read("log") == "a");
  CHECK(storage.read("large").size() == 3'000'000);
}

TEST_CASE("opening: in a basin where reads create streams, asking leaves none behind") {
  const S2Server server;
  const std::string config =
      R"({"basin":"eager-basin","config":{"create_stream_on_append":true,"create_stream_on_read":true}})";
  tally::test::runProgram(
      {"curl", "-sf", "-X", "POST", "-H", "content-type: application/json", "-d", config, server.url() + "/v1/basins"});
  auto settings = settingsFor(server.url());
  settings.basin = "eager-basin";
  s2::S2Storage storage(settings, Call());
  CHECK_FALSE(storage.stat("nobody").has_value());
  storage.write("d/x", "1");
  CHECK(storage.list("").size() == 1);
  CHECK(storage.stat("d/x").has_value());
}

TEST_CASE("opening: compressed answers are read") {
  const S2Server server;
  auto settings = settingsFor(server.url());
  settings.compression = true;
  s2::S2Storage storage(settings, Call());
  for (int i = 0; i < 100; ++i) storage.write("d/" + std::to_string(i), "x");
  CHECK(storage.list("d").size() == 100);
}
