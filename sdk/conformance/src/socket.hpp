#pragma once
// TCP sockets of the proxy. None of them blocks.

#include <cstdint>
#include <string>

namespace tally::conformance {

/// Owns a descriptor.
class Socket {
 public:
  explicit Socket(int descriptor = -1) noexcept : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(other.release()) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();
  int get() const noexcept { return descriptor_; }
  bool isOpen() const noexcept { return descriptor_ >= 0; }
  void close() noexcept { *this = Socket(); }

 private:
  int release() noexcept;
  int descriptor_;
};

/// A connection to "host:port", on its way. Whether it stands shows when it is used.
/// Errors: std::runtime_error if there is no such host.
Socket connectTo(const std::string& server);

/// A socket on that port of the loopback interface, which it shares with others of this process; 0 takes a free one.
/// Errors: std::runtime_error if there is none.
Socket boundTo(std::uint16_t port);
std::uint16_t portOf(const Socket& socket);

/// The next connection to a listening socket; not open when there is none.
Socket acceptFrom(const Socket& listener);

}  // namespace tally::conformance
