#pragma once
// tally.lease/1 in memory: a number a key, which goes up with each new holder. A holder with an old one is refused in
// the same step in which it would write.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "memory_objects.hpp"
#include "tally/extensions/lease.hpp"

namespace tally::examples {

class MemoryLeases final : public Leases {
 public:
  explicit MemoryLeases(MemoryObjects& objects) noexcept : objects_(objects) {}
  std::unique_ptr<Lease> acquireLease(std::string_view key, std::string_view owner, const LeaseOptions& options,
                                      const Call& call) override;

  struct Holder {
    std::uint64_t number = 0;
    std::string owner;  // empty: released
  };

 private:
  MemoryObjects& objects_;
  std::map<std::string, Holder, std::less<>> holders_;  // guarded by objects_.mutex; entries stay
};

}  // namespace tally::examples
