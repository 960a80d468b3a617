#pragma once
// The sockets of a loop, known by their local port, so that what has come in can be acknowledged at once.
//
// A server that holds back small segments sends the end of a chunked answer only when its beginning is acknowledged.
// The kernel acknowledges 40 ms later on a connection where requests and answers take turns, and forgets when told not
// to. libcurl does not say which socket a transfer uses before the transfer has ended, but it tells the port.

#include <curl/curl.h>

#include <map>

namespace tally::s2 {

/// Threads: one, the loop's.
class OpenSockets {
 public:
  /// Learn of each socket that this handle opens. Lifetime: until all connections opened by it are closed.
  void watch(CURL* easy);
  /// Acknowledge now what the connection of this handle has received. Only within its callbacks. Without effect where
  /// the kernel can't: it is only about speed. Cost: one system call, and a look at each open socket.
  void acknowledge(CURL* easy);

 private:
  static int onOpen(void* self, curl_socket_t socket, curlsocktype purpose) noexcept;
  static int onClose(void* self, curl_socket_t socket) noexcept;

  std::map<curl_socket_t, long> ports_;  // local ports; 0 as long as it is not known
};

}  // namespace tally::s2
