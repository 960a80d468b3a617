#include "redis/fault_proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace tally::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connectTo(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return socket;
}

// What comes within a moment; requests and answers of these tests come in one piece.
std::string take(int socket) {
  char buffer[65536];
  const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
  return got <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
}

bool give(int socket, const std::string& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

}  // namespace

FaultProxy::FaultProxy(std::uint16_t server_port) : server_port_(server_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 || ::pipe(stop_) != 0) {
    throw std::runtime_error("the proxy can't listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

FaultProxy::~FaultProxy() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(listener_);
}

void FaultProxy::serve() {
  for (;;) {
    pollfd polled[] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    ::poll(polled, 2, -1);
    if (polled[1].revents != 0) return;
    const int client = ::accept(listener_, nullptr, nullptr);
    const int server = connectTo(server_port_);
    relay(client, server);
    ::close(client);
    ::close(server);
  }
}

void FaultProxy::relay(int client, int server) {
  Cut cut = Cut::Nowhere;
  for (;;) {
    pollfd polled[] = {{client, POLLIN, 0}, {server, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    ::poll(polled, 3, -1);
    if (polled[2].revents != 0) return;
    if (polled[1].revents != 0 && !passAnswer(client, server, cut)) return;
    if (polled[0].revents != 0 && !passRequest(client, server, cut)) return;
  }
}

bool FaultProxy::passRequest(int client, int server, Cut& cut) {
  const std::string request = take(client);
  if (request.empty()) return false;
  cut = times_ > 0 ? where_.load() : Cut::Nowhere;
  if (cut != Cut::Nowhere) --times_;
  if (cut == Cut::BeforeRequest) return false;
  if (cut != Cut::InRequest) return give(server, request);
  give(server, request.substr(0, request.size() / 2));
  return false;
}

bool FaultProxy::passAnswer(int client, int server, Cut cut) {
  const std::string answer = take(server);
  if (answer.empty() || cut == Cut::AfterRequest) return false;
  if (cut != Cut::InAnswer) return give(client, answer);
  give(client, answer.substr(0, answer.size() / 2));
  return false;
}

}  // namespace tally::test
