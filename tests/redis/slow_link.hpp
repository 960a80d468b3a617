#pragma once
// A slow way to a server: what goes to it passes at a given rate, and what comes back passes at once.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace tally::test {

/// For one connection at a time. Threads: one of its own.
class SlowLink {
 public:
  SlowLink(std::uint16_t server_port, std::size_t bytes_a_second)
      : server_port_(server_port), rate_(bytes_a_second), listener_(socketWithSmallBuffers()) {
    const sockaddr_in any = loopback(0);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&any), sizeof any);
    ::listen(listener_, 4);
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        if (isReadable(listener_)) relay(stop, ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
      }
      ::close(listener_);
    });
  }

  std::string url() const {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size);
    return "redis://127.0.0.1:" + std::to_string(ntohs(bound.sin_port));
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  // So that little is on its way that nobody has taken yet.
  static int socketWithSmallBuffers() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), size = 1 << 16;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return fd;
  }
  static bool isReadable(int fd) {
    pollfd polled{fd, POLLIN, 0};
    return ::poll(&polled, 1, 1) > 0;
  }

  void relay(const std::stop_token& stop, int client) const {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_port_);
    ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    while (!stop.stop_requested() && pass(client, server, rate_) && pass(server, client, SIZE_MAX)) {
    }
    ::close(client);
    ::close(server);
  }
  static bool pass(int from, int to, std::size_t rate) {
    if (!isReadable(from)) return true;
    char buffer[1 << 14];
    const ssize_t got = ::recv(from, buffer, sizeof buffer, 0);
    if (got <= 0 || ::send(to, buffer, static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(static_cast<std::size_t>(got) * 1'000'000 / rate));
    return true;
  }

  const std::uint16_t server_port_;
  const std::size_t rate_;
  const int listener_;
  std::jthread thread_;
};

}  // namespace tally::test
