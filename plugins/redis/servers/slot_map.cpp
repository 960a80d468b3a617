#include "redis/servers/slot_map.hpp"

#include <set>

#include "redis/wire/numbers.hpp"

namespace tally::redis {
namespace {

Endpoint endpointOf(ReplyView node, const Endpoint& asked) {
  Endpoint endpoint;
  endpoint.host = node[0].isNil() || node[0].text().empty() ? asked.host : std::string(node[0].text());
  endpoint.port = static_cast<std::uint16_t>(node[1].integer());
  return endpoint;
}

}  // namespace

Redirection parseRedirection(std::string_view error, const Endpoint& asked) {
  Redirection to;
  const std::size_t first = error.find(' '), second = error.find(' ', first + 1), colon = error.rfind(':');
  if (first != error.npos && second != error.npos && colon != error.npos && colon > second &&
      parseNumber(error.substr(first + 1, second - first - 1), to.slot) && to.slot < kSlots &&
      parseNumber(error.substr(colon + 1), to.node.port)) {
    to.node.host = error.substr(second + 1, colon - second - 1);
    if (to.node.host.empty()) to.node.host = asked.host;
    return to;
  }
  throw Error(ErrorCode::Internal, "the cluster's redirection can't be read: " + std::string(error));
}

void SlotMap::read(ReplyView slots, const Endpoint& asked) {
  std::array<std::shared_ptr<Node>, kSlots> fresh{};
  std::map<Endpoint, std::shared_ptr<Node>> heard;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const ReplyView range = slots[i];
    for (std::size_t k = 2; k < range.size(); ++k) {
      const Endpoint endpoint = endpointOf(range[k], asked);
      heard.emplace(endpoint, nodeAt(endpoint));
    }
    const auto owner = heard.at(endpointOf(range[2], asked));
    const auto last = static_cast<std::uint32_t>(range[1].integer());
    for (auto slot = static_cast<std::uint32_t>(range[0].integer()); slot <= last && slot < kSlots; ++slot) {
      fresh[slot] = owner;
    }
  }
  nodes_ = std::move(heard);
  slots_ = std::move(fresh);
  known_ = true;
}

std::shared_ptr<Node> SlotMap::nodeAt(const Endpoint& endpoint) {
  auto& node = nodes_[endpoint];
  if (!node) node = std::make_shared<Node>(std::vector<Endpoint>{endpoint}, settings_);
  return node;
}

std::vector<std::shared_ptr<Node>> SlotMap::owners() const {
  std::set<std::shared_ptr<Node>> owners(slots_.begin(), slots_.end());
  owners.erase(nullptr);
  return {owners.begin(), owners.end()};
}

std::vector<std::shared_ptr<Node>> SlotMap::all() const {
  std::vector<std::shared_ptr<Node>> nodes;
  for (const auto& [endpoint, node] : nodes_) nodes.push_back(node);
  return nodes;
}

}  // namespace tally::redis
