#pragma once
// Words of the contract for what a server refuses.

#include <string>

#include "redis/wire/reply.hpp"
#include "tally/error.hpp"

namespace tally::redis {

/// What an error reply means. Never holds a credential.
Error errorOf(ReplyView reply);
/// The same for an answer to AUTH, of which nothing is told, as it may hold what was sent.
Error refusedLogin(ReplyView reply);
/// The answer, unless it is an error. Errors: errorOf().
ReplyView checked(ReplyView reply);

/// Whether the server refused before it did anything, and may soon do it: it loads its data, fails over, moves keys.
bool isTransient(ReplyView reply) noexcept;
/// The server does not know the script yet.
bool isUnknownScript(ReplyView reply) noexcept;
/// The first word of an error: "LOADING".
std::string_view firstWord(ReplyView reply) noexcept;

/// It was sent, and then the connection was lost for the reason of `why`.
Error outcomeUnknown(const Error& why);

}  // namespace tally::redis
