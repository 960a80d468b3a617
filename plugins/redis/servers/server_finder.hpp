#pragma once
// Finds out, when it is first needed, whether the address leads to a single server or to a cluster.

#include <atomic>
#include <memory>
#include <mutex>

#include "redis/servers/server.hpp"

namespace tally::redis {

/// Threads: any.
class ServerFinder {
 public:
  /// Touches no network. `settings` must outlive it. Errors: InvalidConfig for a database on a cluster.
  explicit ServerFinder(const Settings& settings);

  /// Errors: those of asking; the next call asks again. Cost: one load, once it is known.
  Server& find(const Call& call);

 private:
  std::unique_ptr<Server> ask(const Call& call) const;

  const Settings& settings_;
  std::mutex mutex_;
  std::unique_ptr<Server> server_;  // guarded by mutex_, set once
  std::atomic<Server*> known_{nullptr};
};

}  // namespace tally::redis
