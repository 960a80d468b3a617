#include "fault_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace tally::s2::test {
namespace {

constexpr int kStepMs = 20;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void sendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// What has come; empty at the end of the connection.
std::string take(int socket) {
  char buffer[64 * 1024];
  const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
  return got <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
}

}  // namespace

FaultProxy::FaultProxy(std::uint16_t server_port) : server_port_(server_port) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the proxy can't listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { serve(); });
}

FaultProxy::~FaultProxy() {
  closing_ = true;
  acceptor_.join();
  for (auto& relay : relays_) relay.join();
  ::close(listener_);
}

void FaultProxy::arm(Fault fault, std::string method, std::string answer) {
  const std::lock_guard lock(mutex_);
  armed_ = fault;
  method_ = std::move(method);
  answer_ = std::move(answer);
}

FaultProxy::Strike FaultProxy::strikeFor(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  for (const std::string_view method : {"GET ", "POST ", "DELETE "}) {
    if (bytes.substr(0, method.size()) == method) ++requests_;
  }
  if (armed_ == Fault::None || bytes.substr(0, method_.size()) != method_) return {Fault::None, {}};
  const Strike strike{armed_, answer_};
  armed_ = Fault::None;
  ++struck_;
  return strike;
}

void FaultProxy::serve() {
  while (!closing_) {
    pollfd wait{listener_, POLLIN, 0};
    if (::poll(&wait, 1, kStepMs) != 1) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) relays_.emplace_back([this, client] { relay(client); });
  }
}

void FaultProxy::relay(int client) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(server_port_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  bool deaf = false, lose_answer = false;
  while (open && !closing_) {
    pollfd waits[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (::poll(waits, 2, kStepMs) <= 0 || deaf) continue;
    if (waits[0].revents != 0) {
      const std::string bytes = take(client);
      open = !bytes.empty();
      const Strike strike = strikeFor(bytes);
      const bool is_cut = strike.fault == Fault::CutBefore || strike.fault == Fault::CutInside;
      if (strike.fault == Fault::Answer) sendAll(client, strike.answer);
      if (is_cut || strike.fault == Fault::Answer) open = false;
      if (strike.fault == Fault::CutInside) sendAll(server, std::string_view(bytes).substr(0, bytes.size() / 2));
      if (strike.fault == Fault::CutAfter) lose_answer = true;
      deaf = strike.fault == Fault::Hang;
      if (strike.fault == Fault::None || strike.fault == Fault::CutAfter) sendAll(server, bytes);
    }
    if (open && !deaf && waits[1].revents != 0) {
      const std::string bytes = take(server);
      open = !bytes.empty() && !lose_answer;
      if (open) sendAll(client, bytes);
    }
  }
  ::close(server);
  ::close(client);
}

}  // namespace tally::s2::test
