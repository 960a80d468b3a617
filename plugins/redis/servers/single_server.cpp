#include "redis/servers/single_server.hpp"

namespace tally::redis {

SingleServer::SingleServer(const Settings& settings)
    : Server(settings), node_(std::make_shared<Node>(settings.address.endpoints, settings)) {}

std::vector<std::shared_ptr<Node>> SingleServer::nodes(const Call&) { return {node_}; }

Place SingleServer::find(std::string_view, const Call&) { return {node_}; }

std::optional<Place> SingleServer::redirected(ReplyView, const Endpoint&) { return std::nullopt; }

void SingleServer::attempt(const std::vector<Attempt*>& attempts, const Call& call) { node_->exchange(attempts, call); }

// After a failover the name of the server may lead to another one.
void SingleServer::distrust() { node_->forgetConnections(); }

}  // namespace tally::redis
