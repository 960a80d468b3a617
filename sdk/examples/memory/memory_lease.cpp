#include "memory_lease.hpp"

#include <mutex>
#include <shared_mutex>
#include <string>

namespace tally::examples {
namespace {

class MemoryLease final : public Lease {
 public:
  MemoryLease(MemoryObjects& objects, MemoryObjects::Holder& holder, std::string_view key)
      : objects_(objects), holder_(holder), key_(key), number_(holder.number) {}

  Version write(std::string_view content, const Call& call) override {
    call.check();
    objects_.forgetExpired();
    const std::unique_lock lock(objects_.mutex);
    checkHeld();
    return MemoryObjects::describe(objects_.replace(key_, content)).version;
  }

  std::optional<std::uint64_t> append(std::string_view content, const Call& call) override {
    call.check();
    objects_.forgetExpired();
    const std::unique_lock lock(objects_.mutex);
    checkHeld();
    return objects_.append(key_, content).bytes.size();
  }

  void release(const Call& call) override {
    call.check();
    const std::unique_lock lock(objects_.mutex);
    if (holder_.number == number_) holder_.owner.clear();
  }

 private:
  void checkHeld() const {
    if (holder_.number == number_ && !holder_.owner.empty()) return;
    const auto now = holder_.owner.empty() ? "; nobody holds it now" : "; '" + holder_.owner + "' holds it now";
    throw Error(ErrorCode::Conflict, "the lease was given up or taken over" + now);
  }

  MemoryObjects& objects_;
  MemoryObjects::Holder& holder_;  // guarded by objects_.mutex
  const std::string key_;
  const std::uint64_t number_;
};

}  // namespace

std::unique_ptr<Lease> MemoryLeases::acquireLease(std::string_view key, std::string_view owner,
                                                  const LeaseOptions& options, const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::unique_lock lock(objects_.mutex);
  objects_.checkPlace(key);
  auto& holder = objects_.holders[std::string(key)];
  if (options.if_free && !holder.owner.empty()) {
    throw Error(ErrorCode::Conflict, "'" + holder.owner + "' holds the lease");
  }
  ++holder.number;
  holder.owner = owner;
  return std::make_unique<MemoryLease>(objects_, holder, key);
}

}  // namespace tally::examples
