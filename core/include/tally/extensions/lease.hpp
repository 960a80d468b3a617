#pragma once
// Optional ability: one writer at a time. Whoever takes the lease last can write; whoever had it before can't.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "tally/storage.hpp"

namespace tally {

struct LeaseOptions {
  bool if_free = false;  ///< Conflict if somebody holds it; else it is taken over
};

/// The right to change one object. The backend itself refuses a holder that was overtaken, so a process that was only
/// slow can't write over its successor. Writers that use no lease are not kept out: the lease stays when they write or
/// append, and ends, as if it were given up, when they remove the object.
/// Threads: any.
class TALLY_API Lease {
 public:
  /// Without release() the lease stays with its owner's name until somebody takes it over.
  virtual ~Lease() = default;

  /// As IStorage::write and append. Errors: Conflict, naming the holder where the backend tells, once it is lost.
  virtual Version write(std::string_view content, const Call& call) = 0;
  virtual std::optional<std::uint64_t> append(std::string_view content, const Call& call) = 0;
  /// Give it up, so that if_free succeeds for others. Nothing happens if it was lost before.
  virtual void release(const Call& call) = 0;
};

/// Threads: any.   Lifetime: that of the storage; leases are closed first.
class TALLY_API Leases {
 public:
  static constexpr const char* kId = "tally.lease/1";

  virtual ~Leases() = default;
  /// `owner` is a name to be told to others: printable ASCII, 1 to 36 bytes; else InvalidArgument, by the host.
  /// Errors: Conflict with if_free; IsADirectory.   Cost: one round trip.
  virtual std::unique_ptr<Lease> acquireLease(std::string_view key, std::string_view owner, const LeaseOptions& options,
                                              const Call& call) = 0;
};

}  // namespace tally
