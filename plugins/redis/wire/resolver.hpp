#pragma once
// The addresses of a host.

#include <netdb.h>

#include <memory>

#include "redis/redis_url.hpp"
#include "redis/wire/patience.hpp"

namespace tally::redis {

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};
using Addresses = std::shared_ptr<const addrinfo>;

/// Look the host up. The system's resolver heeds no deadline, so a name is looked up by a thread of its own, which is
/// left to itself when the patience ends first. Errors: Unavailable (retryable); Exhausted; Cancelled; Timeout.
/// Cost: a thread for a name while it is looked up, however many wait for it; none for an address.
Addresses resolve(const Endpoint& endpoint, const Patience& patience);

}  // namespace tally::redis
