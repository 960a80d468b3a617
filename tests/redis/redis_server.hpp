#pragma once
// Real redis-servers for tests: on free ports of the loopback interface and on a socket, in a folder that is removed.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "redis/storage/redis_storage.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

namespace tally::test {

/// Wait until `holds` says yes. Errors: std::runtime_error that names `what` after `limit`.
void waitUntil(const std::string& what, const std::function<bool()>& holds,
               std::chrono::seconds limit = std::chrono::seconds(30));

class RedisServer {
 public:
  /// Start it and wait until it answers. `more` are options of the command line: {"--appendonly", "yes"}.
  /// Errors: std::runtime_error with the server's log.
  explicit RedisServer(std::vector<std::string> more = {}, std::string password = {});

  std::uint16_t port() const noexcept { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "redis://" + address(); }
  std::string socketUrl() const { return "unix://" + socketPath(); }
  std::string socketPath() const { return (folder_.path() / "redis.sock").string(); }

  /// Run a command as the default user. Errors: std::runtime_error for a refusal.
  redis::Reply command(const std::vector<std::string>& words) const;
  /// The number, or the number in a text, that a command answers.
  std::int64_t number(const std::vector<std::string>& words) const;
  /// One line of INFO: info("used_memory").
  std::string info(const std::string& name) const;

  ChildProcess& process() noexcept { return process_; }
  /// Start it again in the same folder, on the same port, after kill().
  void restart();

 private:
  void start();
  bool answers() const;

  TempDir folder_;
  std::vector<std::string> more_;
  std::string password_;
  std::uint16_t port_;
  ChildProcess process_;
};

/// A Redis Cluster of three masters, each with a replica.
class RedisCluster {
 public:
  /// After `node_timeout` without a sign of its master a replica takes over, and what had not reached it is lost: so
  /// where no master dies, it is long. Errors: std::runtime_error if it does not come up.
  explicit RedisCluster(std::chrono::milliseconds node_timeout = std::chrono::milliseconds(1500));
  /// The addresses of all nodes.
  std::string url() const;
  RedisServer& node(std::size_t index) { return *nodes_[index]; }
  std::size_t size() const noexcept { return nodes_.size(); }
  /// Wait until it is whole, then remove all keys.
  void clear() const;
  /// The node that is the master of the slot of `key`.
  RedisServer& masterOf(const std::string& key);
  /// Wait until all nodes that run agree who has which slot, each slot has a master, and the replicas follow theirs.
  void waitUntilWhole() const;

 private:
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

/// Settings for a test: short time limits, everything else as by default.
redis::Settings settingsFor(const std::string& url);
std::unique_ptr<redis::RedisStorage> openRedis(const std::string& url);

}  // namespace tally::test
