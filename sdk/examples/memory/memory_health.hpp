#pragma once
// tally.health/1 in memory: there is one thing that an operator must know, and one that helps.

#include <mutex>
#include <shared_mutex>
#include <string>

#include "memory_objects.hpp"
#include "tally/extensions/health.hpp"

namespace tally::examples {

class MemoryHealth final : public Health {
 public:
  explicit MemoryHealth(MemoryObjects& objects) noexcept : objects_(objects) {}

  void checkHealth(HealthSink& out, const Call& call) override {
    call.check();
    out.take(HealthLevel::Warning, "persistence",
             "everything is gone once the storage is closed; keep what matters with another backend");
    std::shared_lock lock(objects_.mutex);
    const auto count = objects_.map.size();
    lock.unlock();  // the sink may take its time
    out.take(HealthLevel::Good, "objects", "it holds " + std::to_string(count));
  }

 private:
  MemoryObjects& objects_;
};

}  // namespace tally::examples
