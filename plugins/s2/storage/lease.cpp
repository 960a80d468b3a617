#include "s2/storage/lease.hpp"

#include <utility>

#include "s2/records/fence.hpp"

namespace tally::s2 {

S2Lease::S2Lease(const Parts& parts, std::string_view key, std::string stream, std::string_view owner,
                 const LeaseOptions& options, const Call& call)
    : parts_(parts), key_(key), stream_(std::move(stream)), token_(tokenOf(owner)) {
  parts_.writer.know(target(), call);
  const auto expected = options.if_free ? std::optional<std::string>("") : std::nullopt;
  const AppendReply reply = fence(token_, expected, call);
  if (reply.what == AppendReply::What::Landed) return;
  // Nobody else has the token: if the stream has it now, the lost answer was a good one.
  try {
    if (fence(token_, token_, call).what == AppendReply::What::Landed) return;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Conflict) throw;
  }
  throw outcomeUnknown(*reply.error);
}

AppendReply S2Lease::fence(std::string_view token, std::optional<std::string> expected, const Call& call) {
  AppendInput input;
  input.records.push_back(fenceRecord(token));
  input.fencing_token = std::move(expected);
  AppendReply reply = parts_.api.append(stream_, input, call);
  if (reply.what == AppendReply::What::Landed) parts_.memory.appended(stream_, reply.ack, 0);
  return reply;
}

Version S2Lease::write(std::string_view content, const Call& call) {
  call.check();
  return parts_.writer.write(target(), content, {}, call);
}

std::optional<std::uint64_t> S2Lease::append(std::string_view content, const Call& call) {
  call.check();
  return parts_.writer.append(target(), content, {}, call);
}

void S2Lease::release(const Call& call) {
  call.check();
  try {
    const AppendReply reply = fence("", token_, call);
    if (reply.what != AppendReply::What::Landed) throw outcomeUnknown(*reply.error);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Conflict) throw;  // lost before
  }
}

}  // namespace tally::s2
