// TLS with certificates of our own making: the right ones are accepted, all others are errors that say why.

#include <openssl/err.h>

#include <sys/resource.h>

#include "redis/tls_server.hpp"
#include "redis/wire/tls.hpp"
#include "support/doctest.hpp"
#include "tally/extensions/follow.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::Authority;
using test::codeOf;
using test::hasTls;
using test::messageOf;
using test::TlsServer;

// This program is made where OpenSSL was found; without_tls_test says what happens where it was not.
TEST_CASE("tls: this build has it") {
  REQUIRE(hasTls());
  CHECK_NOTHROW(redis::RedisStorage(test::settingsFor("rediss://127.0.0.1:1")));
}

TEST_CASE("tls: all goes over it, by name and by address") {
  const Authority authority("test");
  authority.give("server", "DNS:localhost,IP:127.0.0.1");
  const TlsServer tls(authority, "server");
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    redis::RedisStorage storage(tls.settings(host, authority.file("ca.crt")));
    const std::string large(3'000'000, 'x');
    storage.write("d/large", large);
    CHECK(storage.read("d/large") == large);
    storage.append("d/log", "1");
    storage.append("d/log", "2");
    CHECK(storage.list("d").size() == 2);
    const auto follower = storage.extension<Follow>()->openFollower("d/log", {}, {});
    std::string out;
    StringSink sink(out);
    CHECK(follower->next(sink, 0, Call::within(10s)) == FollowEvent::Data);
    CHECK(tls.server.info("connected_clients") != "0");
    storage.remove("d", RemoveOptions{true});
  }
}

TEST_CASE("tls: a certificate of somebody else, for another host, or none at all is refused (bug 31)") {
  const Authority authority("test"), stranger("stranger");
  authority.give("server", "DNS:localhost");
  const TlsServer tls(authority, "server");
  const auto refused = [](const redis::Settings& settings, const std::string& part) {
    redis::RedisStorage storage(settings);
    const auto begin = Call::Clock::now();
    const auto read = [&] { storage.read("x"); };
    CHECK(codeOf(read) == ErrorCode::Unavailable);
    CHECK(messageOf(read).find(part) != std::string::npos);
    CHECK(Call::Clock::now() - begin < 5s);
  };
  refused(tls.settings("localhost", stranger.file("ca.crt")), "certificate");
  refused(tls.settings("127.0.0.1", authority.file("ca.crt")), "mismatch");
  refused(tls.settings("localhost", ""), "certificate");
  auto plain = tls.settings("localhost", authority.file("ca.crt"));
  plain.address.endpoints[0].port = tls.server.port();
  redis::RedisStorage storage(plain);
  const ErrorCode code = codeOf([&] { storage.read("x"); });
  CHECK((code == ErrorCode::Unavailable || code == ErrorCode::Timeout));
}

TEST_CASE("tls: a server that asks who we are gets our certificate") {
  const Authority authority("test");
  authority.give("server", "DNS:localhost");
  authority.give("client", "DNS:client");
  const TlsServer tls(authority, "server", "yes");
  auto settings = tls.settings("localhost", authority.file("ca.crt"));
  CHECK(codeOf([&] { redis::RedisStorage(settings).write("x", "1"); }) == ErrorCode::Unavailable);
  settings.tls.certificate_file = authority.file("client.crt");
  CHECK(codeOf([&] { redis::RedisStorage storage(settings); }) == ErrorCode::InvalidConfig);
  settings.tls.key_file = authority.file("client.key");
  redis::RedisStorage storage(settings);
  storage.write("x", "1");
  CHECK(storage.read("x") == "1");
}

#ifndef TALLY_SANITIZED  // sanitizers keep what is freed
TEST_CASE("tls: of a large value only a part is in memory encrypted") {
  const Authority authority("test");
  authority.give("server", "DNS:localhost");
  const TlsServer tls(authority, "server");
  redis::RedisStorage storage(tls.settings("localhost", authority.file("ca.crt")));
  const std::string large(std::size_t{64} << 20, 'x');
  storage.write("x", "1");
  const auto peak = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) << 10;
  };
  const std::size_t before = peak();
  storage.write("x", large);
  CHECK(peak() - before < large.size() * 2);  // the command has a copy of its own
  CHECK(storage.stat("x")->size == large.size());
}
#endif

TEST_CASE("tls: files that can't be used are named") {
  auto settings = test::settingsFor("rediss://localhost:1");
  settings.tls.ca_file = "/nonexistent.crt";
  const auto open = [&] { redis::RedisStorage storage(settings); };
  CHECK(codeOf(open) == ErrorCode::InvalidConfig);
  CHECK(messageOf(open).find("/nonexistent.crt") != std::string::npos);
}

TEST_CASE("tls: what else a thread has failed to do with the library is no failure of a connection") {
  const Authority authority("test");
  authority.give("server", "DNS:localhost");
  const TlsServer tls(authority, "server");
  redis::RedisStorage storage(tls.settings("localhost", authority.file("ca.crt")));
  for (const auto* text : {"1", "2"}) {
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    storage.write("x", text);
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    CHECK(storage.read("x") == text);
  }
}
