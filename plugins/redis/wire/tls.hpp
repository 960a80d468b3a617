#pragma once
// TLS between the bytes of a connection and its socket, by OpenSSL. It touches no socket itself.

#include <memory>
#include <string>
#include <string_view>

#include "redis/redis_url.hpp"
#include "redis/settings.hpp"

namespace tally::redis {

/// Errors: Unsupported, with what to install, if this build has no TLS.
void requireTls();

/// What all connections of a storage share: whom to trust, and who we are. Threads: any.
class TlsIdentity {
 public:
  /// Reads the files. Errors: InvalidConfig for a file that can't be used; Unsupported.
  explicit TlsIdentity(const TlsSettings& settings);
  ~TlsIdentity();

 private:
  friend class Tls;
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Our side of one connection. Threads: one at a time.
/// Errors of all: Unavailable, for good, if the other side is not whom the certificate must name, or speaks no TLS.
class Tls {
 public:
  Tls(const TlsIdentity& identity, const Endpoint& endpoint);
  ~Tls();

  /// Go on agreeing on keys; whether that is done.
  bool agree();
  /// Take what came from the socket.
  void receive(std::string_view bytes);
  /// The next of what was in that; empty when there is nothing whole.
  std::string_view decrypted();
  void encrypt(std::string_view bytes);
  /// What has to go to the socket now.
  std::string takeOutput();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tally::redis
