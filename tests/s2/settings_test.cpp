// What an operator writes: endpoints, basins, retention, the environment.

#include "s2/settings.hpp"

#include <map>

#include "s2/http/backoff.hpp"
#include "s2/http/endpoints.hpp"
#include "s2/opening.hpp"
#include "support/doctest.hpp"

using namespace tally::s2;
using namespace std::chrono_literals;
using tally::Call;
using tally::ErrorCode;
using tally::test::codeOf;
using tally::test::messageOf;

TEST_CASE("endpoints: the cloud puts the basin into the host, a server of one's own into a header") {
  const struct {
    const char *account, *basin, *account_url, *basin_url;
    bool header;
  } table[] = {
      {"", "", "https://a.s2.dev/v1", "https://my-basin.b.s2.dev/v1", false},
      {"http://localhost:80", "http://localhost:80", "http://localhost:80/v1", "http://localhost:80/v1", true},
      {"host", "host", "https://host/v1", "https://host/v1", true},
      {"https://a.example", "https://{basin}.b.example:8443/", "https://a.example/v1",
       "https://my-basin.b.example:8443/v1", false},
      {"http://[::1]:9/v1", "http://[::1]:9", "http://[::1]:9/v1", "http://[::1]:9/v1", true},
  };
  for (const auto& row : table) {
    CAPTURE(row.account);
    const Endpoints endpoints = parseEndpoints(row.account, row.basin, "my-basin");
    CHECK(endpoints.account_url == row.account_url);
    CHECK(endpoints.basin_url == row.basin_url);
    CHECK(endpoints.names_basin_in_header == row.header);
  }
}

TEST_CASE("endpoints: what is none is refused") {
  for (const auto* bad : {"ftp://x", "http://", "http://x/path", "http://a b", "http://user@host"}) {
    CAPTURE(bad);
    CHECK(codeOf([&] { parseEndpoints(bad, bad, "my-basin"); }) == ErrorCode::InvalidConfig);
  }
  CHECK(codeOf([] { parseEndpoints("http://x", "https://x", "my-basin"); }) == ErrorCode::InvalidConfig);
  CHECK(codeOf([] { parseEndpoints("http://x", "", "my-basin"); }) == ErrorCode::InvalidConfig);
}

TEST_CASE("endpoints: a password in one is refused and never told") {
  for (const std::string bad : {"http://user:hunter2@localhost:9", "user:hunter2@localhost",
                                "https://:hunter2@[::1]/v1", "http://u:hunter2/@x:hunter2@h", "ftp://hunter2@h"}) {
    CAPTURE(bad);
    for (const auto& refused : {messageOf([&] { parseEndpoints(bad, bad, "my-basin"); }),
                                messageOf([&] { parseEndpoints(bad, "http://h", "my-basin"); }),
                                messageOf([&] { parseEndpoints("http://h", bad, "my-basin"); })}) {
      CHECK(refused.find("holds a user or password; put the token into accessToken") != std::string::npos);
      CHECK(refused.find("hunter2") == std::string::npos);
    }
  }
}

TEST_CASE("settings: a basin's name is checked before anything is sent") {
  Settings settings;
  settings.account_endpoint = settings.basin_endpoint = "http://localhost:1";
  for (const auto* bad : {"", "short", "Has-Capitals", "-leading-dash", "trailing-dash-", "under_score"}) {
    CAPTURE(bad);
    settings.basin = bad;
    CHECK(codeOf([&] { endpointsOf(settings); }) == ErrorCode::InvalidConfig);
  }
  settings.basin = std::string(49, 'x');
  CHECK(codeOf([&] { endpointsOf(settings); }) == ErrorCode::InvalidConfig);
}

TEST_CASE("settings: the cloud wants a token") {
  Settings settings;
  settings.basin = "my-tally-basin";
  CHECK(codeOf([&] { endpointsOf(settings); }) == ErrorCode::InvalidConfig);
  settings.access_token = "secret";
  CHECK(endpointsOf(settings).is_cloud);
}

TEST_CASE("settings: the environment fills what is empty, and never mixes endpoints") {
  const std::map<std::string, std::string> variables = {
      {"S2_ACCESS_TOKEN", "token"}, {"S2_ACCOUNT_ENDPOINT", "http://a"}, {"S2_BASIN_ENDPOINT", "http://b"}};
  const Environment environment = [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  Settings empty, full;
  addEnvironment(empty, environment);
  CHECK(empty.access_token == "token");
  CHECK(empty.account_endpoint == "http://a");
  CHECK(empty.basin_endpoint == "http://b");
  full.access_token = "own";
  full.account_endpoint = "http://own";
  addEnvironment(full, environment);
  CHECK(full.access_token == "own");
  CHECK(full.account_endpoint == "http://own");
  CHECK(full.basin_endpoint.empty());
}

TEST_CASE("settings: retention is for ever, or a number with a unit") {
  CHECK_FALSE(parseRetention("infinite").has_value());
  CHECK(parseRetention("28d") == 28 * 86'400);
  CHECK(parseRetention("90s") == 90);
  CHECK(parseRetention("2h") == 7200);
  for (const auto* bad : {"", "d", "0d", "28", "28days", "-1d", "1.5h", "99999999999d"}) {
    CAPTURE(bad);
    CHECK(codeOf([&] { parseRetention(bad); }) == ErrorCode::InvalidConfig);
  }
}

TEST_CASE("backoff: doubles up to a limit, with as much again at random, and obeys the service") {
  Backoff backoff({5, 100ms, 1000ms});
  for (const auto base : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    const auto pause = backoff.pause(0ms);
    CHECK(pause >= base);
    CHECK(pause <= 2 * base);
  }
  CHECK(backoff.pause(30'000ms) == 30'000ms);
  for (int i = 0; i < 4; ++i) CHECK(backoff.again());
  CHECK_FALSE(backoff.again());
}

TEST_CASE("backoff: a pause ends with the call") {
  const auto begin = Call::Clock::now();
  CHECK(codeOf([] { sleepFor(60s, Call::within(20ms)); }) == ErrorCode::Timeout);
  const std::uint32_t cancelled = 1;
  Call call;
  call.cancel = tally::CancelToken(&cancelled, -1);
  CHECK(codeOf([&] { sleepFor(60s, call); }) == ErrorCode::Cancelled);
  CHECK(Call::Clock::now() - begin < 5s);
}
