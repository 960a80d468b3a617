#pragma once
// Mutants of an adapter with a server, wrong when a connection ends or stands still. Each shows only what it spoils.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "forwarding_storage.hpp"

namespace tally::test {

class AsksForEver final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    for (;;) {
      try {
        return good().read(key, range, out, call);
      } catch (const Error& error) {
        if (call.hasDeadline() || error.code() == ErrorCode::NotFound) throw;
      }
    }
  }
};

/// A connection that only shows whether the other side is still there.
class Watched {
 public:
  explicit Watched(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto colon = address.find(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() { ::close(socket_); }
  bool hasEnded() const {
    char byte;
    return ::recv(socket_, &byte, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  int socket_;
};

class ResendsTheLast final : public ForwardingStorage {
 public:
  ResendsTheLast(std::shared_ptr<IStorage> good, std::string address)
      : ForwardingStorage(std::move(good)), address_(std::move(address)) {}
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override {
    if (watched_ && watched_->hasEnded()) good().append(key, last_, {}, call);
    watched_ = std::make_unique<Watched>(address_);
    last_ = content;
    return good().append(key, content, options, call);
  }

 private:
  const std::string address_;
  std::unique_ptr<Watched> watched_;
  std::string last_;
};

}  // namespace tally::test
