// What the kit's proxy does to requests, seen from both ends.

#include "tally/conformance/fault_proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/doctest.hpp"

using namespace std::chrono_literals;
using tally::conformance::Fault;
using tally::conformance::FaultProxy;
using tally::conformance::Strike;

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::string take(int socket) {
  char buffer[256];
  const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
  return got <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
}

/// Answers each request with "<" + request + ">", and remembers it. After a "-" it waits for the rest of the request.
class Server {
 public:
  Server() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { serve(); });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& one : connections_) one.join();
    ::close(listener_);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// Wait until it has got so many.
  std::vector<std::string> requests(std::size_t count) {
    const auto limit = std::chrono::steady_clock::now() + 10s;
    while (requests().size() < count && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
    return requests();
  }

 private:
  void serve() {
    for (int socket; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      connections_.emplace_back([this, socket] {
        std::string request;
        for (std::string piece; !(piece = take(socket)).empty();) {
          request += piece;
          if (request.back() == '-') continue;
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
          }
          const std::string answer = "<" + std::exchange(request, {}) + ">";
          ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
        }
        ::close(socket);
      });
    }
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;  // guarded by mutex_
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

class Client {
 public:
  explicit Client(const FaultProxy& proxy) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const std::string address = proxy.address();
    const auto to = loopback(static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }
  bool isConnected() const { return connected_; }
  void send(const std::string& request) const { ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL); }
  /// What comes next; empty at the end of the connection.
  std::string next() const { return take(socket_); }
  bool hears(std::chrono::milliseconds within) const {
    pollfd wait{socket_, POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(within.count())) == 1;
  }
  std::string ask(const std::string& request) const {
    send(request);
    return next();
  }

 private:
  int socket_;
  bool connected_ = false;
};

}  // namespace

TEST_CASE("proxy: passes everything on, and counts") {
  Server server;
  FaultProxy proxy(server.address());
  const Client client(proxy);
  CHECK(client.ask("one") == "<one>");
  CHECK(client.ask("two") == "<two>");
  CHECK(proxy.requests() == 2);
  CHECK(proxy.struck() == 0);
}

TEST_CASE("proxy: cuts before, inside and after a request, and inside its answer") {
  const struct {
    Fault fault;
    const char *server_got, *client_got;
  } table[] = {{Fault::CutBefore, "", ""},
               {Fault::CutInside, "req", ""},
               {Fault::CutAfter, "reques", ""},
               {Fault::CutAnswer, "reques", "<req"}};
  for (const auto& row : table) {
    CAPTURE(static_cast<int>(row.fault));
    Server server;
    FaultProxy proxy(server.address());
    const Client client(proxy);
    proxy.arm({row.fault});
    CHECK(client.ask("reques") == row.client_got);
    CHECK(client.next().empty());
    CHECK(proxy.left() == 0);
    if (*row.server_got != '\0') CHECK(server.requests(1) == std::vector<std::string>{row.server_got});
    CHECK(Client(proxy).ask("again") == "<again>");
  }
}

TEST_CASE("proxy: garbles the beginning of an answer, once, and answers instead of the server") {
  Server server;
  FaultProxy proxy(server.address());
  const Client client(proxy);
  proxy.arm({Fault::Garble});
  std::string garbled = client.ask("a request of some length");
  REQUIRE(garbled.size() == 26);
  for (std::size_t i = 0; i < 16; ++i) garbled[i] = static_cast<char>(~garbled[i]);
  CHECK(garbled == "<a request of some length>");
  CHECK(client.ask("two") == "<two>");
  Strike answer{Fault::Answer};
  answer.answer = "not now";
  proxy.arm(answer);
  CHECK(client.ask("three") == "not now");
  CHECK(client.next().empty());
  CHECK(server.requests().size() == 2);
}

TEST_CASE("proxy: strikes as often as told, after those that pass, and only what begins so") {
  Server server;
  FaultProxy proxy(server.address());
  Strike strike{Fault::Answer, 2, 1};
  strike.begins = "PUT";
  strike.answer = "no";
  proxy.arm(strike);
  CHECK(Client(proxy).ask("GET") == "<GET>");
  CHECK(Client(proxy).ask("PUT 1") == "<PUT 1>");
  CHECK(Client(proxy).ask("PUT 2") == "no");
  CHECK(proxy.left() == 1);
  CHECK(Client(proxy).ask("PUT 3") == "no");
  CHECK(Client(proxy).ask("PUT 4") == "<PUT 4>");
  CHECK(proxy.struck() == 2);
}

TEST_CASE("proxy: where the beginnings are named, an answer in between makes no new request") {
  Server server;
  FaultProxy proxy(server.address(), {"GET ", "PUT "});
  const Client client(proxy);
  CHECK(client.ask("PUT x") == "<PUT x>");
  CHECK(client.ask("more of it") == "<more of it>");
  CHECK(proxy.requests() == 1);
}

TEST_CASE("proxy: says nothing, or lets the answer drip") {
  Server server;
  FaultProxy proxy(server.address());
  proxy.arm({Fault::Hang});
  const Client deaf(proxy), dripping(proxy);
  deaf.send("one");
  CHECK_FALSE(deaf.hears(50ms));
  Strike drip{Fault::Drip};
  drip.wait = 5ms;
  proxy.arm(drip);
  CHECK(dripping.ask("12345") == "<");
  std::string rest;
  int pieces = 0;
  for (; rest.size() < 6; ++pieces) rest += dripping.next();
  CHECK(rest == "12345>");
  CHECK(pieces > 1);
  CHECK(server.requests() == std::vector<std::string>{"12345"});
}

TEST_CASE("proxy: delivers a request late although its client has gone, and another one twice") {
  Server server;
  FaultProxy proxy(server.address());
  Strike late{Fault::Delay};
  late.wait = 30ms;
  proxy.arm(late);
  {
    const Client impatient(proxy);
    impatient.send("late");
    CHECK_FALSE(impatient.hears(5ms));
  }
  CHECK(server.requests(1) == std::vector<std::string>{"late"});
  Strike repeat{Fault::Repeat};
  repeat.wait = 1ms;
  proxy.arm(repeat);
  CHECK(Client(proxy).ask("twice") == "<twice>");
  CHECK(server.requests(3) == std::vector<std::string>{"late", "twice", "twice"});
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (proxy.delivered() < 2 && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  CHECK(proxy.delivered() == 2);
}

TEST_CASE("proxy: strikes only what holds a text") {
  Server server;
  FaultProxy proxy(server.address());
  Strike refusal{Fault::Answer, Strike::kForEver};
  refusal.holds = "frames";
  refusal.answer = "no";
  proxy.arm(refusal);
  CHECK(Client(proxy).ask("events") == "<events>");
  CHECK(Client(proxy).ask("send frames") == "no");
  CHECK(Client(proxy).ask("events") == "<events>");
}

TEST_CASE("proxy: repeats a request that came in pieces as a whole") {
  Server server;
  FaultProxy proxy(server.address());
  Strike repeat{Fault::Repeat};
  repeat.wait = 1ms;
  proxy.arm(repeat);
  const Client client(proxy);
  client.send("head-");
  CHECK_FALSE(client.hears(50ms));
  CHECK(client.ask("body") == "<head-body>");
  CHECK(server.requests(2) == std::vector<std::string>{"head-body", "head-body"});
}

TEST_CASE("proxy: goes away like a server that ended, and comes back on its port") {
  Server server;
  FaultProxy proxy(server.address());
  const Client client(proxy);
  CHECK(client.ask("one") == "<one>");
  proxy.goAway();
  CHECK(client.next().empty());
  CHECK_FALSE(Client(proxy).isConnected());
  proxy.comeBack();
  CHECK(Client(proxy).ask("two") == "<two>");
}

TEST_CASE("proxy: a server that nobody can reach is refused at once") {
  CHECK_THROWS_AS(FaultProxy("no colon"), std::runtime_error);
  CHECK_THROWS_AS(FaultProxy("no.such.host.invalid:1"), std::runtime_error);
}
