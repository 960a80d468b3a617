// TLS with certificates of our own making: the right ones are accepted, all others are errors that say why.

#include "redis/tls.hpp"
#include "redis/redis_server.hpp"
#include "support/doctest.hpp"
#include "tally/extensions/follow.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::codeOf;
using test::messageOf;
using test::RedisServer;

namespace {

// An authority, and certificates that it gives to hosts.
class Authority {
 public:
  explicit Authority(const std::string& name) {
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=" + name + " -keyout ca.key -out ca.crt");
  }
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  // Make `name`.crt and `name`.key for what `subject` says: "DNS:localhost,IP:127.0.0.1".
  void give(const std::string& name, const std::string& subject) const {
    openssl("req -new -newkey rsa:2048 -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr");
    test::runProgram({"sh", "-c", "echo subjectAltName=" + subject + " > " + file("extensions")});
    openssl("x509 -req -days 2 -in " + name +
            ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile extensions -out " + name + ".crt");
  }

 private:
  void openssl(const std::string& arguments) const {
    test::runProgram({"sh", "-c", "cd " + folder_.path().string() + " && openssl " + arguments + " 2>/dev/null"});
  }
  test::TempDir folder_;
};

// A server with a port for TLS beside the plain one, which the test talks to.
struct TlsServer {
  std::uint16_t port = test::freePort();
  RedisServer server;
  TlsServer(const Authority& authority, const std::string& name, const std::string& clients = "no")
      : server({"--tls-port", std::to_string(port), "--tls-cert-file", authority.file(name + ".crt"), "--tls-key-file",
                authority.file(name + ".key"), "--tls-ca-cert-file", authority.file("ca.crt"), "--tls-auth-clients",
                clients}) {}
  redis::Settings settings(const std::string& host, const std::string& ca) const {
    auto settings = test::settingsFor("rediss://" + host + ":" + std::to_string(port));
    settings.tls.ca_file = ca;
    return settings;
  }
};

bool hasTls() {
  try {
    redis::requireTls();
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("tls: a build without it says what to install, with it there is nothing to say") {
  const auto open = [] { redis::RedisStorage storage(test::settingsFor("rediss://127.0.0.1:1")); };
  if (hasTls()) return open();
  CHECK(codeOf(open) == ErrorCode::Unsupported);
  CHECK(messageOf(open).find("libssl-dev") != std::string::npos);
}

TEST_CASE("tls: all goes over it, by name and by address" * doctest::skip(!hasTls())) {
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

TEST_CASE("tls: a certificate of somebody else, for another host, or none at all is refused" *
          doctest::skip(!hasTls())) {
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

TEST_CASE("tls: a server that asks who we are gets our certificate" * doctest::skip(!hasTls())) {
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

TEST_CASE("tls: files that can't be used are named" * doctest::skip(!hasTls())) {
  auto settings = test::settingsFor("rediss://localhost:1");
  settings.tls.ca_file = "/nonexistent.crt";
  const auto open = [&] { redis::RedisStorage storage(settings); };
  CHECK(codeOf(open) == ErrorCode::InvalidConfig);
  CHECK(messageOf(open).find("/nonexistent.crt") != std::string::npos);
}
