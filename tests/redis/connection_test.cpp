// Connections: how they are opened and refused, how long they may take, and what becomes of them in a forked child.

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "redis/redis_server.hpp"
#include "redis/slow_link.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"
#include "tally/extensions/append_stream.hpp"

using namespace tally;
using namespace std::chrono_literals;
using conformance::Fault;
using conformance::FaultProxy;
using conformance::Strike;
using test::codeOf;
using test::messageOf;
using test::openRedis;
using test::RedisServer;
using test::settingsFor;

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> names_are_slow{false};
std::atomic<int> slow_lookups{0};

std::string atPortOf(const RedisServer& server) { return "127.0.0.1:" + std::to_string(server.port()); }

// A server that answers all requests like this.
struct Refusal {
  explicit Refusal(const RedisServer& server, std::string answer) : proxy(server.address()) {
    Strike strike;
    strike.fault = Fault::Answer;
    strike.times = Strike::kForEver;
    strike.answer = std::move(answer);
    proxy.arm(strike);
  }
  FaultProxy proxy;
};

Error errorFrom(const std::string& url) {
  auto settings = settingsFor(url);
  settings.retry_time = 50ms;
  redis::RedisStorage storage(settings);
  try {
    storage.read("x");
  } catch (const Error& error) {
    return error;
  }
  return {ErrorCode::Internal, "it was not refused"};
}

}  // namespace

// The system's resolver, but for names that it never finds as long as it is told to be slow.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
  using Resolver = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto system = reinterpret_cast<Resolver>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const bool is_name = host != nullptr && (hints == nullptr || (hints->ai_flags & AI_NUMERICHOST) == 0);
  const bool slow = is_name && std::string_view(host) == "slow.test";
  if (slow) ++slow_lookups;
  while (slow && names_are_slow) std::this_thread::sleep_for(5ms);
  return system(slow ? "127.0.0.1" : host, service, hints, found);
}

TEST_CASE("connection: a server without a free connection is Exhausted for a moment, also with a password") {
  RedisServer server({"--requirepass", "hunter2"}, "hunter2");
  const std::string url = "redis://:hunter2@" + atPortOf(server);
  const auto first = openRedis(url);
  first->write("x", "1");
  server.command({"CONFIG", "SET", "maxclients", "1"});
  const Error error = errorFrom(url);
  CHECK(error.code() == ErrorCode::Exhausted);
  CHECK(error.retryable());
  CHECK(error.message().find("hunter2") == std::string::npos);
}

TEST_CASE("connection: refusals of a log-in are Unauthenticated where they are about it, and never show a secret") {
  RedisServer server;
  const auto refusedBy = [&](const std::string& answer) {
    const Refusal refusal(server, answer);
    const Error error = errorFrom("redis://:hunter2@" + refusal.proxy.address());
    CAPTURE(error.message());
    CHECK(error.message().find("hunter2") == std::string::npos);
    return error.code();
  };
  CHECK(errorFrom("redis://:hunter2@" + atPortOf(server)).code() == ErrorCode::Unauthenticated);
  CHECK(refusedBy("-ERR invalid password\r\n") == ErrorCode::Unauthenticated);
  CHECK(refusedBy("-ERR Client sent AUTH, but no password is set\r\n") == ErrorCode::Unauthenticated);
  CHECK(refusedBy("-ERR unknown command `AUTH`, with args beginning with: `hunter2`\r\n") ==
        ErrorCode::Unauthenticated);
  CHECK(refusedBy("-ERR out of luck with hunter2\r\n") == ErrorCode::Unavailable);
  CHECK(refusedBy("-hunter2\r\n") == ErrorCode::Unavailable);
}

TEST_CASE("connection: a server in protected mode is no wrong password, and the message says what to change") {
  RedisServer server;
  const Refusal refusal(server,
                        "-DENIED Redis is running in protected mode because protected mode is enabled and no password "
                        "is set for the default user. In this mode connections are only accepted from the loopback "
                        "interface.\r\n");
  for (const std::string& login : {std::string(), std::string(":hunter2@")}) {
    CAPTURE(login);
    const Error error = errorFrom("redis://" + login + refusal.proxy.address());
    CHECK(error.code() == ErrorCode::Unavailable);
    CHECK_FALSE(error.retryable());
    CHECK(error.message().find("protected mode") != std::string::npos);
    CHECK(error.message().find("requirepass") != std::string::npos);
  }
}

TEST_CASE("connection: commandTimeout is for a silence, not for all of a large value") {
  RedisServer server;
  const test::SlowLink link(server.port(), std::size_t{4} << 20);
  auto settings = settingsFor(link.url());
  settings.command_timeout = 300ms;
  redis::RedisStorage storage(settings);
  const std::string large(std::size_t{6} << 20, 'x');
  CHECK_FALSE(storage.write("large", large).empty());
  CHECK(openRedis(server.url())->read("large") == large);
  const auto begin = Clock::now();
  const ErrorCode code = codeOf([&] { storage.write("large", large, {}, Call::within(400ms)); });
  CHECK((code == ErrorCode::Timeout || code == ErrorCode::OutcomeUnknown));
  CHECK(Clock::now() - begin < 800ms);  // the caller's deadline stays what it is
}

TEST_CASE("connection: an answer that comes in drops is awaited, but not a connection that opens in drops") {
  RedisServer server({"--requirepass", "hunter2"}, "hunter2");
  FaultProxy proxy(server.address());
  auto settings = settingsFor("redis://:hunter2@" + proxy.address());
  settings.command_timeout = settings.connect_timeout = 300ms;
  settings.retry_time = 0ms;
  redis::RedisStorage storage(settings);
  storage.write("x", "0123456789");
  proxy.arm({.fault = Fault::Drip, .times = Strike::kForEver, .wait = 100ms});
  CHECK(storage.stat("x")->size == 10);
  redis::RedisStorage other(settings);
  CHECK(codeOf([&] { other.stat("x"); }) == ErrorCode::Timeout);
}

TEST_CASE("connection: a name that is looked up for long ends with connectTimeout, the deadline or a cancellation") {
  RedisServer server;
  auto settings = settingsFor("redis://slow.test:" + std::to_string(server.port()));
  settings.connect_timeout = 300ms;
  settings.retry_time = 0ms;
  redis::RedisStorage storage(settings);
  names_are_slow = true;
  const auto begin = Clock::now();
  CHECK(codeOf([&] { storage.stat("x"); }) == ErrorCode::Unavailable);
  CHECK(codeOf([&] { storage.stat("x", Call::within(100ms)); }) == ErrorCode::Timeout);
  std::stop_source stop;
  Call call;
  call.cancel = CancelToken(stop.get_token());
  stop.request_stop();
  CHECK(codeOf([&] { storage.stat("x", call); }) == ErrorCode::Cancelled);
  CHECK(Clock::now() - begin < 2s);
  CHECK(slow_lookups == 1);  // one for all who wait, and for who comes later
  names_are_slow = false;
  CHECK(storage.stat("x") == std::nullopt);
}

TEST_CASE(
    "connection: a name that there is not, a port where nobody is, and a path that is too long, are Unavailable") {
  const std::string port = std::to_string(test::freePort());
  CHECK(errorFrom("redis://no-such-host.invalid").code() == ErrorCode::Unavailable);
  CHECK(errorFrom("redis://localhost:" + port).code() == ErrorCode::Unavailable);
  CHECK(errorFrom("redis://[::1]:" + port).code() == ErrorCode::Unavailable);
  CHECK(errorFrom("unix:///no/such.sock").code() == ErrorCode::Unavailable);
  CHECK(errorFrom("unix:///" + std::string(200, 'x')).code() == ErrorCode::Unavailable);
}

TEST_CASE("connection: 'localhost' is found, whichever of its addresses the server listens on") {
  RedisServer server;
  const auto storage = openRedis("redis://localhost:" + std::to_string(server.port()));
  CHECK(storage->stat("x") == std::nullopt);
}

TEST_CASE("connection: no program that is started meanwhile inherits a socket") {
  RedisServer server;
  const auto tcp = openRedis(server.url()), local = openRedis(server.socketUrl());
  for (auto* storage : {tcp.get(), local.get()}) storage->write("x", "1");
  int sockets = 0;
  for (const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(file, gone).string().rfind("socket:", 0) != 0) continue;
    const int fd = std::stoi(file.path().filename());
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    ++sockets;
  }
  CHECK(sockets >= 2);
}

TEST_CASE("connection: an open append stream ends in a forked child at once, and goes on in the parent") {
  RedisServer server;
  auto storage = openRedis(server.url());
  auto stream = storage->extension<AppendStreams>()->openAppendStream("log", {}, {});
  stream->wait(stream->submit("a").value(), {});
  std::this_thread::sleep_for(50ms);  // that its thread waits for more can be seen nowhere
  const pid_t child = ::fork();
  if (child == 0) {
    const bool refused = codeOf([&] { static_cast<void>(stream->submit("child")); }) == ErrorCode::Closed;
    stream.reset();
    storage.reset();
    ::_exit(refused ? 0 : 1);
  }
  int status = -1;
  const auto end = Clock::now() + 5s;
  while (::waitpid(child, &status, WNOHANG) == 0 && Clock::now() < end) std::this_thread::sleep_for(5ms);
  if (status == -1) ::kill(child, SIGKILL);
  CHECK(status == 0);
  CHECK(stream->wait(stream->submit("b").value(), {}) == 2);
  CHECK(storage->read("log") == "ab");
}
