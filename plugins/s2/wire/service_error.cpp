#include "s2/wire/service_error.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "s2/records/fence.hpp"

namespace tally::s2 {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestText = 1000;

struct Meaning {
  std::string_view code;
  ErrorCode error;
  bool retry, no_effect;
  std::string_view advice;
};

// The service's codes. The last column speaks to the operator.
constexpr std::array kMeanings{
    Meaning{"authn", ErrorCode::Unauthenticated, false, true, "check s2.accessToken or S2_ACCESS_TOKEN"},
    Meaning{"permission_denied", ErrorCode::PermissionDenied, false, true,
            "the access token may lack this operation, or have another scope"},
    Meaning{"quota_exhausted", ErrorCode::Exhausted, false, true, "the account's quota is used up"},
    Meaning{"basin_not_found", ErrorCode::InvalidConfig, false, true, "create the basin, or set s2.createBasin"},
    Meaning{"stream_not_found", ErrorCode::NotFound, false, true, ""},
    Meaning{"resource_already_exists", ErrorCode::AlreadyExists, false, true, ""},
    Meaning{"basin_deletion_pending", ErrorCode::Unavailable, false, true, "the basin is being deleted"},
    Meaning{"stream_deletion_pending", ErrorCode::Unavailable, true, true,
            "the service still deletes what had this name; try again later"},
    Meaning{"transaction_conflict", ErrorCode::Unavailable, true, true, ""},
    Meaning{"request_timeout", ErrorCode::Unavailable, true, false, ""},
    Meaning{"rate_limited", ErrorCode::Exhausted, true, true, "too many requests"},
    Meaning{"client_hangup", ErrorCode::Unavailable, false, false, ""},
    Meaning{"other", ErrorCode::Unavailable, true, false, ""},
    Meaning{"storage", ErrorCode::Unavailable, true, false, "the service's own storage failed"},
    Meaning{"hot_server", ErrorCode::Unavailable, true, true, ""},
    Meaning{"server_draining", ErrorCode::Unavailable, true, true, ""},
    Meaning{"unavailable", ErrorCode::Unavailable, true, false, ""},
    Meaning{"upstream_timeout", ErrorCode::Unavailable, true, false, ""},
    Meaning{"not_implemented", ErrorCode::Unsupported, false, true, ""},
    Meaning{"invalid", ErrorCode::Internal, false, true, ""},
};

Meaning byStatus(int status) {
  switch (status) {
    case 401: return {"", ErrorCode::Unauthenticated, false, true, "check s2.accessToken or S2_ACCESS_TOKEN"};
    case 403: return {"", ErrorCode::PermissionDenied, false, true, "the access token does not allow this"};
    case 407: return {"", ErrorCode::Unauthenticated, false, true, "a proxy asks for credentials"};
    case 412:
    case 416: return {"", ErrorCode::Conflict, false, true, ""};
    case 413: return {"", ErrorCode::TooLarge, false, true, "a proxy limits the size of requests"};
    case 429: return {"", ErrorCode::Exhausted, true, false, "too many requests"};
    case 408:
    case 500:
    case 502:
    case 503:
    case 504: return {"", ErrorCode::Unavailable, true, false, ""};
    default: break;
  }
  if (status >= 500) return {"", ErrorCode::Unavailable, false, false, ""};
  return {"", ErrorCode::Internal, false, status >= 400, "is this the address of an S2 service?"};
}

Meaning meaningOf(const Refusal& refusal) {
  const auto found =
      std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& one) { return one.code == refusal.code; });
  return found != kMeanings.end() ? *found : byStatus(refusal.status);
}

/// Short enough for a message, whoever wrote it, and whole code points.
std::string textOf(const Json& body, const char* name) {
  const auto found = body.find(name);
  std::string text = found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  text.resize(end);
  return text += "...";
}

std::optional<std::uint64_t> numberOf(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

}  // namespace

Refusal parseRefusal(int status, std::string_view body) {
  Refusal refusal;
  refusal.status = status;
  const Json parsed = Json::parse(body, nullptr, false);
  if (!parsed.is_object()) return refusal;
  refusal.code = textOf(parsed, "code");
  refusal.message = textOf(parsed, "message");
  refusal.next_seq_num = numberOf(parsed, "seq_num_mismatch");
  if (parsed.contains("fencing_token_mismatch")) refusal.fencing_token = textOf(parsed, "fencing_token_mismatch");
  if (const auto tail = parsed.find("tail"); tail != parsed.end() && tail->is_object()) {
    refusal.tail = numberOf(*tail, "seq_num");
  }
  return refusal;
}

bool isAbsent(const Refusal& refusal) noexcept { return refusal.code == "stream_not_found"; }
bool isBeingDeleted(const Refusal& refusal) noexcept { return refusal.code == "stream_deletion_pending"; }
bool isCollision(const Refusal& refusal) noexcept { return refusal.code == "transaction_conflict"; }
bool mayBeDeletion(const Refusal& refusal) noexcept { return refusal.code == "unavailable"; }
bool isSequenceMismatch(const Refusal& refusal) noexcept {
  return refusal.status == 412 && refusal.next_seq_num.has_value();
}

bool mayRetry(const Refusal& refusal) noexcept { return meaningOf(refusal).retry; }
bool hadNoEffect(const Refusal& refusal) noexcept { return meaningOf(refusal).no_effect; }

namespace {

Error fencedError(const Refusal& refusal, const Deed& deed) {
  const std::string holder(ownerOf(*refusal.fencing_token));
  const std::string who = holder.empty() ? "nobody holds the lease any more" : "'" + holder + "' holds the lease";
  Error error(ErrorCode::Conflict, std::string(deed.cannot) + ": " + who);
  error.backendCode(refusal.status);
  return error;
}

}  // namespace

Error broughtNothing(const Deed& deed) {
  return Error(ErrorCode::Unavailable, std::string(deed.cannot) +
                                           ": the session ended without anything in it; look for a proxy between here "
                                           "and the service, and whether the service is up")
      .retryable(true);
}

Error refusalError(const Refusal& refusal, const Deed& deed) {
  if (refusal.fencing_token) return fencedError(refusal, deed);
  const Meaning meaning = meaningOf(refusal);
  std::string text = std::string(deed.cannot) + ": the service says";
  if (refusal.status != 0) text += ' ' + std::to_string(refusal.status);
  if (!refusal.code.empty()) text += ' ' + refusal.code;
  if (!refusal.message.empty()) text += ", '" + refusal.message + '\'';
  if (!meaning.advice.empty()) text.append("; ").append(meaning.advice);
  if (meaning.error == ErrorCode::PermissionDenied) text.append("; needed: ").append(deed.operations);
  Error error(meaning.error, std::move(text));
  error.retryable(meaning.retry).retryAfter(refusal.retry_after).backendCode(refusal.status);
  return error;
}

}  // namespace tally::s2
