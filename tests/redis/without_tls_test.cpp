// A build for which there was no OpenSSL: everything but TLS, and an address that asks for it says what to install.
// This program brings its own tls.cpp, compiled as there.

#include "redis/redis_server.hpp"
#include "support/doctest.hpp"

using namespace tally;
using test::codeOf;
using test::messageOf;

TEST_CASE("without TLS: an address that asks for it is Unsupported, and the message says what to install") {
  const auto open = [] { test::openRedis("rediss://127.0.0.1:1"); };
  CHECK(codeOf(open) == ErrorCode::Unsupported);
  const std::string message = messageOf(open);
  CHECK(message.find("rediss://") != message.npos);
  CHECK(message.find("install libssl-dev") != message.npos);
}

TEST_CASE("without TLS: a plain connection is as ever") {
  test::RedisServer server;
  const auto storage = test::openRedis(server.url());
  storage->write("d/x", "1");
  CHECK(storage->read("d/x") == "1");
}
