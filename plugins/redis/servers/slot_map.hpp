#pragma once
// Which node of a cluster has which slot, as the cluster itself says.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "redis/servers/cluster_slot.hpp"
#include "redis/servers/node.hpp"

namespace tally::redis {

/// A slot and a node, out of an answer like "MOVED 3999 127.0.0.1:6381".
struct Redirection {
  std::uint32_t slot = 0;
  Endpoint node;
};
/// `asked` is who answered: it stands for a host that is left out. Errors: Internal for another text.
Redirection parseRedirection(std::string_view error, const Endpoint& asked);

/// Threads: one at a time; its owner locks.
class SlotMap {
 public:
  explicit SlotMap(const Settings& settings) : settings_(settings) {}

  bool isKnown() const noexcept { return known_; }
  /// Take over the answer of CLUSTER SLOTS. Nodes that stay keep their connections.
  /// Errors: Internal for another answer.
  void read(ReplyView slots, const Endpoint& asked);
  /// The node of a slot; null if the cluster has named none.
  std::shared_ptr<Node> nodeOf(std::uint32_t slot) const { return slots_[slot]; }
  void move(const Redirection& to) { slots_[to.slot] = nodeAt(to.node); }
  /// The node at that place, known or new.
  std::shared_ptr<Node> nodeAt(const Endpoint& endpoint);
  /// The nodes that have slots.
  std::vector<std::shared_ptr<Node>> owners() const;
  /// All nodes heard of, replicas as well: whom to ask for news.
  std::vector<std::shared_ptr<Node>> all() const;

 private:
  const Settings& settings_;
  bool known_ = false;
  std::map<Endpoint, std::shared_ptr<Node>> nodes_;
  std::array<std::shared_ptr<Node>, kSlots> slots_{};
};

}  // namespace tally::redis
