#pragma once
// One connection to one server: opened, introduced, and then requests out and answers in.

#include <hiredis/hiredis.h>

#include <memory>
#include <string_view>

#include "redis/settings.hpp"
#include "redis/wire/patience.hpp"
#include "redis/wire/reply.hpp"
#include "redis/wire/tls.hpp"

namespace tally::redis {

/// The connection ended in the middle of an exchange, or the wait for it did.
struct LostConnection {
  Error why;
};

struct FreeContext {
  void operator()(redisContext* context) const noexcept { redisFree(context); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;

/// Threads: one at a time. After an error it is of no use any more.
class Connection {
 public:
  /// Connect, authenticate, choose the database.
  /// Errors: Unavailable (retryable) when the server can't be reached in `connect_timeout`; Unauthenticated;
  /// InvalidConfig for a database that is not there; Unsupported for TLS without a library that has it; Exhausted
  /// without free descriptors; Cancelled; Timeout.
  static std::unique_ptr<Connection> open(const Endpoint& endpoint, const Settings& settings, const Call& call);

  /// Hand all of `bytes` to the kernel. Errors: LostConnection; then the server has not seen all of it.
  void send(std::string_view bytes, Patience& patience);
  /// The next answer. Errors: LostConnection.
  Reply receive(Patience& patience);

  /// To be closed with answers still to come: what the server has not got yet of the requests, it does not get any
  /// more.
  void abandon() noexcept;

  /// Whether the server has hung up, or said something that nobody asked for, while the connection was idle.
  /// Cost: one system call.
  bool isStale() const noexcept;
  const Endpoint& endpoint() const noexcept { return endpoint_; }
  /// Tells it from all others of this process; never 0.
  std::uint64_t number() const noexcept { return number_; }

 private:
  Connection(Context context, Endpoint endpoint) noexcept;
  void introduce(const Settings& settings, Patience& patience);
  Reply tryParse();
  void startTls(const TlsIdentity& identity, Patience& patience);
  void sendPlain(std::string_view bytes, Patience& patience);
  std::string_view receivePlain(char* buffer, std::size_t size);
  void readMore(Patience& patience);
  std::size_t writeSome(std::string_view bytes);
  int unsent() const noexcept;
  bool isReady(short events, Patience& patience) const;
  void waitFor(short events, Patience& patience) const;

  Context context_;
  std::unique_ptr<Tls> tls_;  // where the address asks for it
  Endpoint endpoint_;
  const std::uint64_t number_;
};

}  // namespace tally::redis
