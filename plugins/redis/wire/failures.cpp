#include "redis/wire/failures.hpp"

#include <algorithm>
#include <cstring>

namespace tally::redis {
namespace {

struct Meaning {
  std::string_view word;
  ErrorCode code;
  bool transient;
  const char* advice;
  std::string_view part = {};  // what the text must have in it besides
};

constexpr Meaning kMeanings[] = {
    {"LOADING", ErrorCode::Unavailable, true, "the server is still loading its data"},
    {"MASTERDOWN", ErrorCode::Unavailable, true, "the replica has lost its master"},
    {"CLUSTERDOWN", ErrorCode::Unavailable, true, "the cluster is not whole; 'redis-cli --cluster check' says more"},
    {"TRYAGAIN", ErrorCode::Unavailable, true, "the cluster is moving these keys to another node"},
    {"READONLY", ErrorCode::Unavailable, true, "the server is a replica; name its master in 'url'"},
    {"NOREPLICAS", ErrorCode::Unavailable, true, "the server has too few replicas to accept writes"},
    {"BUSY", ErrorCode::Unavailable, true, "the server is busy with somebody's long script"},
    {"MOVED", ErrorCode::Unavailable, false, "the server belongs to a cluster; set the option 'cluster' to 'on'"},
    {"ASK", ErrorCode::Unavailable, false, "the cluster keeps moving this key"},
    {"CROSSSLOT", ErrorCode::Unavailable, false, "the server belongs to a cluster; set the option 'cluster' to 'on'"},
    {"MISCONF", ErrorCode::Unavailable, false, "the server can't save its data and refuses writes; see its log"},
    {"NOAUTH", ErrorCode::Unauthenticated, false, "the server wants a password; put it into 'url'"},
    {"WRONGPASS", ErrorCode::Unauthenticated, false, "the server does not accept the user or the password of 'url'"},
    {"DENIED", ErrorCode::Unavailable, false,
     "the server is in protected mode: while it asks for no password it talks to its own machine only; give it one "
     "(requirepass, or a user by ACL SETUSER), and put that into 'url'"},
    {"NOPERM", ErrorCode::PermissionDenied, false, "the server's access rules (ACL) do not allow it"},
    {"OOM", ErrorCode::NoSpace, false, "the server's memory is full; raise its maxmemory, or remove something"},
    {"NOGROUP", ErrorCode::NotFound, false, "no such group; is the object still there?"},
    {"UNBLOCKED", ErrorCode::NotFound, false, "the object, and its groups with it, was removed", "no longer exists"},
    {"UNBLOCKED", ErrorCode::Unavailable, true, "the server has ended the wait, as it does when it becomes a replica"},
    {"BUSYGROUP", ErrorCode::AlreadyExists, false, "the group exists already"},
    {"WRONGTYPE", ErrorCode::Corrupt, false, "the key is not a stream; another program uses it"},
    {"CORRUPT", ErrorCode::Corrupt, false, "somebody trimmed or edited the stream; write the object anew, or remove it",
     "stream has other bytes"},
    {"CORRUPT", ErrorCode::Corrupt, false,
     "another program put something into the stream that is no line; take the entry out (XDEL) or the key (DEL), or "
     "choose another 'keyPrefix'"},
};

// Scripts wrap the error of a command in their own, before version 7 as "... @user_script: 12: WORD text".
std::string_view unwrapped(std::string_view text) noexcept {
  constexpr std::string_view kScript = "@user_script:";
  if (text.substr(0, 4) != "ERR ") return text;
  for (std::size_t at = text.rfind(kScript); at != text.npos; at = text.npos) {
    std::string_view inner = text.substr(at + kScript.size());
    while (!inner.empty() && std::strchr("0123456789: ", inner.front()) != nullptr) inner.remove_prefix(1);
    if (!inner.empty() && inner.front() >= 'A' && inner.front() <= 'Z') return inner;
  }
  return text;
}

bool holds(std::string_view text, std::string_view part) noexcept { return text.find(part) != text.npos; }

const Meaning* meaningOf(std::string_view text) noexcept {
  const std::string_view word = text.substr(0, text.find(' '));
  const auto* found = std::find_if(std::begin(kMeanings), std::end(kMeanings),
                                   [&](const Meaning& one) { return one.word == word && holds(text, one.part); });
  return found == std::end(kMeanings) ? nullptr : found;
}

// The first sentence of what the server said, without the place in our script.
std::string said(std::string_view text) {
  text = text.substr(0, text.find(" script: "));
  return " (the server said: " + std::string(text.substr(0, text.find(". "))) + ")";
}

bool isFull(std::string_view text) noexcept { return holds(text, "max number of clients"); }
Error full() { return Error(ErrorCode::Exhausted, "the server has no connection free (maxclients)").retryable(true); }

// Errors without a word of their own.
Error plainError(std::string_view text) {
  if (isFull(text)) return full();
  if (holds(text, "non local key")) {
    return Error(ErrorCode::Unavailable, "the cluster is moving these keys to another node" + said(text))
        .retryable(true);
  }
  if (holds(text, "requires the key to exist") || holds(text, "no such key")) {
    return {ErrorCode::NotFound, "no such object"};
  }
  if (holds(text, "Invalid stream ID")) return {ErrorCode::InvalidArgument, "this is no id of a record"};
  if (holds(text, "invalid bulk length") || holds(text, "invalid multibulk length") || holds(text, "too large")) {
    return {ErrorCode::TooLarge,
            "above a limit of the server (proto-max-bulk-len, 512 MB unless changed)" + said(text)};
  }
  if (holds(text, "unknown command") || holds(text, "syntax error") || holds(text, "Unknown Redis command")) {
    return {ErrorCode::Unsupported,
            "the server does not know a command that this backend needs; use Redis 6.2 or later"};
  }
  return {ErrorCode::Internal, "the server refused" + said(text)};
}

}  // namespace

Error errorOf(ReplyView reply) {
  const std::string_view text = unwrapped(reply.errorText());
  const Meaning* meaning = meaningOf(text);
  if (meaning == nullptr) return plainError(text);
  return Error(meaning->code, meaning->advice + said(text)).retryable(meaning->transient);
}

Error refusedLogin(ReplyView reply) {
  const std::string_view text = reply.errorText();
  if (const Meaning* meaning = meaningOf(text)) {
    return Error(meaning->code, meaning->advice).retryable(meaning->transient);
  }
  if (isFull(text)) return full();
  // "ERR AUTH <password> called without any password configured", and what older servers say.
  if (holds(text, "AUTH") || holds(text, "'auth'") || holds(text, "invalid password")) {
    return {ErrorCode::Unauthenticated,
            "the server takes no password, or not this one with this user; look at 'url' and at the server's users"};
  }
  return {ErrorCode::Unavailable, "the server refused the log-in for a reason of its own; see its log"};
}

ReplyView checked(ReplyView reply) {
  if (reply.isError()) throw errorOf(reply);
  return reply;
}

bool isTransient(ReplyView reply) noexcept {
  if (!reply.isError()) return false;
  const std::string_view text = unwrapped(reply.errorText());
  const Meaning* meaning = meaningOf(text);
  return meaning != nullptr ? meaning->transient : holds(text, "non local key");
}

bool isUnknownScript(ReplyView reply) noexcept { return reply.isError() && firstWord(reply) == "NOSCRIPT"; }

std::string_view firstWord(ReplyView reply) noexcept {
  const std::string_view text = reply.errorText();
  return text.substr(0, text.find(' '));
}

Error outcomeUnknown(const Error& why) {
  return {ErrorCode::OutcomeUnknown,
          "the request was sent, but no answer came, so it may have happened or not; look before you repeat it (" +
              why.message() + ")"};
}

}  // namespace tally::redis
