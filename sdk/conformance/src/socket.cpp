#include "socket.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace tally::conformance {
namespace {

Socket freshSocket() {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.isOpen()) throw std::runtime_error(std::string("the proxy gets no socket: ") + std::strerror(errno));
  return socket;
}

/// Small answers must not wait for an acknowledgement.
void sendAtOnce(const Socket& socket) {
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = other.release();
  return *this;
}

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int Socket::release() noexcept {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  return descriptor;
}

Socket connectTo(const std::string& server) {
  const auto colon = server.rfind(':');
  const std::string host = server.substr(0, colon), port = colon == server.npos ? "" : server.substr(colon + 1);
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = port.empty() ? EAI_SERVICE : ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (failed != 0) throw std::runtime_error("no server can be at '" + server + "': " + ::gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  Socket socket = freshSocket();
  sendAtOnce(socket);
  // The socket does not block: how it went shows at the first byte.
  static_cast<void>(::connect(socket.get(), found->ai_addr, found->ai_addrlen));
  return socket;
}

Socket boundTo(std::uint16_t port) {
  Socket socket = freshSocket();
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  throw std::runtime_error(std::string("the proxy gets no port: ") + std::strerror(errno));
}

std::uint16_t portOf(const Socket& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

Socket acceptFrom(const Socket& listener) {
  Socket socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.isOpen()) sendAtOnce(socket);
  return socket;
}

}  // namespace tally::conformance
