#pragma once
// tally.lease/1 in memory: a number a key, which goes up with each new holder. A holder with an old one is refused in
// the same step in which it would write.

#include <memory>
#include <string_view>

#include "memory_objects.hpp"
#include "tally/extensions/lease.hpp"

namespace tally::examples {

class MemoryLeases final : public Leases {
 public:
  explicit MemoryLeases(MemoryObjects& objects) noexcept : objects_(objects) {}
  std::unique_ptr<Lease> acquireLease(std::string_view key, std::string_view owner, const LeaseOptions& options,
                                      const Call& call) override;

 private:
  MemoryObjects& objects_;
};

}  // namespace tally::examples
