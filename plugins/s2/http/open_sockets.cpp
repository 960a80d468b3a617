#include "s2/http/open_sockets.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <new>

namespace tally::s2 {
namespace {

/// 0 if it has none yet.
long localPort(curl_socket_t socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::getsockname(socket, any, &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(any)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(any)->sin6_port);
  return 0;
}

}  // namespace

void OpenSockets::watch(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &OpenSockets::onOpen);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &OpenSockets::onClose);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

void OpenSockets::acknowledge(CURL* easy) {
  long port = 0;
  if (curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port) != CURLE_OK || port == 0) return;
  for (auto& [socket, known] : ports_) {
    if (known == 0) known = localPort(socket);
    if (known != port) continue;  // connections to two servers may share a port: then both are meant
    const int now = 1;
    static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &now, sizeof(now)));
  }
}

int OpenSockets::onOpen(void* self, curl_socket_t socket, curlsocktype) noexcept {
  try {
    static_cast<OpenSockets*>(self)->ports_[socket] = 0;
    return CURL_SOCKOPT_OK;
  } catch (const std::bad_alloc&) {
    return CURL_SOCKOPT_ERROR;
  }
}

int OpenSockets::onClose(void* self, curl_socket_t socket) noexcept {
  static_cast<OpenSockets*>(self)->ports_.erase(socket);
  return ::close(socket);
}

}  // namespace tally::s2
