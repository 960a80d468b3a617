#include "redis/wire/resolver.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "redis/wire/socket.hpp"
#include "tally/sdk/quiet_thread.hpp"

namespace tally::redis {
namespace {

/// Shared by the thread that looks and the callers that wait, of whom any may be the last.
struct Lookup {
  explicit Lookup(const Endpoint& endpoint)
      : host(endpoint.host), port(std::to_string(endpoint.port)), done(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  int look(int flags) {
    addrinfo hints{};
    hints.ai_flags = flags;
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    result = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
    number = errno;
    if (result == 0) found = Addresses(list, FreeAddresses());
    return result;
  }

  const std::string host, port;
  const Socket done;  // readable when what follows is there
  int result = 0, number = 0;
  Addresses found;
};

/// The look-ups that go on, one for each endpoint, whoever waits for it. getaddrinfo() can't be interrupted, so a
/// thread that is stuck in it is joined by nobody: it ends by itself, and a name that hangs costs one of them, however
/// often it is asked for. Threads: any.
class PendingLookups {
 public:
  static PendingLookups& all() {
    static auto* one = new PendingLookups;  // for such threads it lives for ever
    return *one;
  }

  std::shared_ptr<Lookup> join(const std::shared_ptr<Lookup>& fresh) {
    const std::lock_guard lock(mutex_);
    auto& pending = pending_[nameOf(*fresh)];
    if (pending) return pending;
    try {
      start(fresh);
    } catch (const std::system_error&) {
      pending_.erase(nameOf(*fresh));
      throw;
    }
    return pending = fresh;
  }

  /// What was written before the end is seen after it.
  void seeEnd() { const std::lock_guard lock(mutex_); }

 private:
  // A forked child does not wait for a thread that only its parent has.
  static std::string nameOf(const Lookup& lookup) {
    return lookup.host + ' ' + lookup.port + ' ' + std::to_string(::getpid());
  }

  void start(const std::shared_ptr<Lookup>& lookup) {
    const sdk::BlockedSignals quiet;
    std::thread([this, lookup] {
      lookup->look(0);
      {
        const std::lock_guard lock(mutex_);
        pending_.erase(nameOf(*lookup));
      }
      const std::uint64_t one = 1;
      static_cast<void>(!::write(lookup->done.get(), &one, sizeof one));
    }).detach();
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Lookup>> pending_;  // guarded by mutex_
};

Error notFound(const Endpoint& endpoint, int result, int number) {
  if (result == EAI_MEMORY) return unreachable(endpoint, ENOMEM);
  if (result == EAI_SYSTEM) return unreachable(endpoint, number);
  return unreachable(endpoint, std::string("its name is not found: ") + ::gai_strerror(result));
}

}  // namespace

Addresses resolve(const Endpoint& endpoint, const Patience& patience) {
  auto lookup = std::make_shared<Lookup>(endpoint);
  if (lookup->done.get() < 0) throw unreachable(endpoint, errno);
  if (lookup->look(AI_NUMERICHOST | AI_NUMERICSERV) == 0) return lookup->found;
  PendingLookups& pending = PendingLookups::all();
  try {
    lookup = pending.join(lookup);
  } catch (const std::system_error& error) {
    throw unreachable(endpoint, error.code().value() == EAGAIN ? ENOMEM : error.code().value());
  }
  if (!patience.wait(lookup->done.get(), POLLIN)) {
    throw unreachable(endpoint, "its name was not found within 'connectTimeout'");
  }
  pending.seeEnd();
  if (lookup->result != 0) throw notFound(endpoint, lookup->result, lookup->number);
  return lookup->found;
}

}  // namespace tally::redis
