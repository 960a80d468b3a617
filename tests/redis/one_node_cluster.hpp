#pragma once
// A cluster of one node behind a proxy, for steps that are to fail at a chosen place.

#include <string>

#include "redis/redis_server.hpp"
#include "tally/conformance/fault_proxy.hpp"

namespace tally::test {

/// The node tells its clients to come through the proxy.
class OneNodeCluster {
 public:
  OneNodeCluster()
      : server_({"--cluster-enabled", "yes", "--cluster-port", std::to_string(freePort())}), proxy_(server_.address()) {
    const std::string address = proxy_.address();
    server_.command({"CONFIG", "SET", "cluster-announce-port", address.substr(address.find(':') + 1)});
    server_.command({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
    waitUntil("the node has all slots", [&] {
      const redis::Reply info = server_.command({"CLUSTER", "INFO"});
      return redis::viewOf(info).text().find("cluster_state:ok") != std::string_view::npos;
    });
  }

  RedisServer& server() noexcept { return server_; }
  conformance::FaultProxy& proxy() noexcept { return proxy_; }
  std::string url() const { return "redis://" + proxy_.address(); }

 private:
  RedisServer server_;
  conformance::FaultProxy proxy_;
};

}  // namespace tally::test
