#pragma once
// TLS below a connection. There is none in hiredis before 1.0, which is what Debian 12 has.

#include <hiredis/hiredis.h>

#include <string_view>

#include "redis_url.hpp"

namespace tally::redis {

/// Errors: Unsupported, with what to install, if this build has no TLS.
void requireTls();

/// Agree on keys over a connected context, whose descriptor blocks meanwhile. The server's certificate must be one that
/// this machine trusts. Errors: Unavailable.
void startTls(redisContext* context, const Endpoint& endpoint);

bool usesTls(const redisContext* context) noexcept;
/// Send some of `bytes`; how many. 0 with errno EAGAIN when it must wait, -1 when the connection is lost.
long writeTls(redisContext* context, std::string_view bytes);
/// Feed what has come into the context's reader. False when the connection is lost.
bool readTls(redisContext* context);

}  // namespace tally::redis
