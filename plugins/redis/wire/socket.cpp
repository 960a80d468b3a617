#include "redis/wire/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "redis/wire/resolver.hpp"

namespace tally::redis {
namespace {

constexpr int kIdleSeconds = 15, kProbeSeconds = 5, kProbes = 3;

bool isExhaustion(int number) { return number == EMFILE || number == ENFILE || number == ENOMEM || number == ENOBUFS; }

Socket newSocket(const Endpoint& endpoint, int family) {
  Socket made(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.get() < 0) throw unreachable(endpoint, errno);
  return made;
}

// 0, or errno. Errors: that nobody answered in time.
int connectSocket(const Socket& socket, const sockaddr* address, socklen_t size, const Endpoint& endpoint,
                  const Patience& patience) {
  if (::connect(socket.get(), address, size) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (!patience.wait(socket.get(), POLLOUT)) throw unreachable(endpoint, "no answer within 'connectTimeout'");
  int number = 0;
  socklen_t room = sizeof number;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &number, &room);
  return number;
}

void set(const Socket& socket, int level, int option, int value) {
  ::setsockopt(socket.get(), level, option, &value, sizeof value);
}

void tuneTcp(const Socket& socket) {
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, kIdleSeconds);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, kProbeSeconds);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
}

Socket connectToPath(const Endpoint& endpoint, const Patience& patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (endpoint.socket_path.size() >= sizeof address.sun_path) throw unreachable(endpoint, ENAMETOOLONG);
  std::memcpy(address.sun_path, endpoint.socket_path.data(), endpoint.socket_path.size());
  Socket socket = newSocket(endpoint, AF_UNIX);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const int number = connectSocket(socket, generic, sizeof address, endpoint, patience);
  if (number != 0) throw unreachable(endpoint, number);
  return socket;
}

}  // namespace

Error unreachable(const Endpoint& endpoint, const std::string& why) {
  return Error(ErrorCode::Unavailable, "can't connect to " + endpoint.text() + ": " + why).retryable(true);
}

Error unreachable(const Endpoint& endpoint, int number) {
  Error error = unreachable(endpoint, std::strerror(number));
  if (isExhaustion(number)) {
    error = Error(ErrorCode::Exhausted, std::string("can't open a connection: ") + std::strerror(number));
  }
  return error.systemErrno(number);
}

Socket connectTo(const Endpoint& endpoint, const Patience& patience) {
  if (!endpoint.socket_path.empty()) return connectToPath(endpoint, patience);
  const Addresses addresses = resolve(endpoint, patience);
  int first_failure = 0;
  for (const int family : {AF_INET, AF_INET6}) {
    for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
      if (one->ai_family != family) continue;
      Socket socket = newSocket(endpoint, family);
      const int number = connectSocket(socket, one->ai_addr, one->ai_addrlen, endpoint, patience);
      if (number == 0) {
        tuneTcp(socket);
        return socket;
      }
      if (first_failure == 0) first_failure = number;
    }
  }
  throw unreachable(endpoint, first_failure == 0 ? EADDRNOTAVAIL : first_failure);
}

}  // namespace tally::redis
