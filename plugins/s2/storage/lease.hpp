#pragma once
// One writer at a time, by the service's fencing tokens.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "s2/storage/basin_api.hpp"
#include "s2/storage/object_writer.hpp"
#include "s2/storage/stream_memory.hpp"
#include "tally/extensions/lease.hpp"

namespace tally::s2 {

/// The right that goes with a token. The service compares it with the stream's at each change.
/// Threads: any. Lifetime: within that of what it was made with.
class S2Lease final : public Lease {
 public:
  struct Parts {
    BasinApi& api;
    StreamMemory& memory;
    ObjectWriter& writer;
  };
  /// Takes the lease. Errors: Conflict with if_free, naming the holder; IsADirectory; NotADirectory; OutcomeUnknown;
  /// those of the service. Cost: one round trip, two if the stream is not known yet.
  S2Lease(const Parts& parts, std::string_view key, std::string stream, std::string_view owner,
          const LeaseOptions& options, const Call& call);

  Version write(std::string_view content, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view content, const Call& call) override;
  void release(const Call& call) override;

 private:
  AppendReply fence(std::string_view token, std::optional<std::string> expected, const Call& call);
  Target target() const { return {key_, stream_, token_}; }

  const Parts parts_;
  const std::string key_, stream_, token_;
};

}  // namespace tally::s2
