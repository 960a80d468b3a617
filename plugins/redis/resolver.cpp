#include "resolver.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <thread>

#include "socket.hpp"
#include "tally/sdk/quiet_thread.hpp"

namespace tally::redis {
namespace {

/// Shared by the thread that looks and the caller that waits, of whom either may be the last.
struct Lookup {
  explicit Lookup(const Endpoint& endpoint)
      : host(endpoint.host), port(std::to_string(endpoint.port)), done(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  int look(int flags) {
    addrinfo hints{};
    hints.ai_flags = flags;
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int result = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
    number = errno;
    if (result == 0) found.reset(list);
    return result;
  }

  const std::string host, port;
  const Socket done;  // readable when what follows is there
  int result = 0, number = 0;
  Addresses found;
};

void lookAside(const std::shared_ptr<Lookup>& lookup) {
  const sdk::BlockedSignals quiet;
  std::thread([lookup] {
    lookup->result = lookup->look(0);
    const std::uint64_t one = 1;
    static_cast<void>(!::write(lookup->done.get(), &one, sizeof one));
  }).detach();
}

Error notFound(const Endpoint& endpoint, int result, int number) {
  if (result == EAI_MEMORY) return unreachable(endpoint, ENOMEM);
  if (result == EAI_SYSTEM) return unreachable(endpoint, number);
  return unreachable(endpoint, std::string("its name is not found: ") + ::gai_strerror(result));
}

}  // namespace

Addresses resolve(const Endpoint& endpoint, const Patience& patience) {
  const auto lookup = std::make_shared<Lookup>(endpoint);
  if (lookup->done.get() < 0) throw unreachable(endpoint, errno);
  if (lookup->look(AI_NUMERICHOST | AI_NUMERICSERV) == 0) return std::move(lookup->found);
  try {
    lookAside(lookup);
  } catch (const std::system_error& error) {
    throw unreachable(endpoint, error.code().value() == EAGAIN ? ENOMEM : error.code().value());
  }
  if (!patience.wait(lookup->done.get(), POLLIN)) {
    throw unreachable(endpoint, "its name was not found within 'connectTimeout'");
  }
  std::uint64_t taken = 0;  // reading makes sure that what was written before is seen
  static_cast<void>(!::read(lookup->done.get(), &taken, sizeof taken));
  if (lookup->result != 0) throw notFound(endpoint, lookup->result, lookup->number);
  return std::move(lookup->found);
}

}  // namespace tally::redis
