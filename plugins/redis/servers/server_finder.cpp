#include "redis/servers/server_finder.hpp"

#include "redis/servers/cluster.hpp"
#include "redis/servers/single_server.hpp"

namespace tally::redis {
namespace {

void checkDatabase(const Settings& settings) {
  if (settings.address.database == 0) return;
  throw Error(ErrorCode::InvalidConfig,
              "a cluster has only database 0, but 'url' names " + std::to_string(settings.address.database));
}

}  // namespace

ServerFinder::ServerFinder(const Settings& settings) : settings_(settings) {
  if (settings.cluster == ClusterMode::On) checkDatabase(settings);
}

Server& ServerFinder::find(const Call& call) {
  if (Server* known = known_.load(std::memory_order_acquire)) return *known;
  auto made = ask(call);
  const std::lock_guard lock(mutex_);
  if (!server_) server_ = std::move(made);
  known_.store(server_.get(), std::memory_order_release);
  return *server_;
}

std::unique_ptr<Server> ServerFinder::ask(const Call& call) const {
  if (settings_.cluster == ClusterMode::On) return std::make_unique<Cluster>(settings_);
  auto single = std::make_unique<SingleServer>(settings_);
  if (settings_.cluster == ClusterMode::Off) return single;
  std::vector<Request> question;
  question.push_back({Command("CLUSTER").arg("SLOTS"), {}, Effect::Reads});
  const auto answers = single->run(std::move(question), call);
  const Answer& answer = answers.front();
  if (answer.failure) throw *answer.failure;
  const ReplyView slots = viewOf(answer.reply);
  if (slots.isError()) {
    const Error error = errorOf(slots);
    // A server alone, or one that does not tell this user: then it is up to the option.
    if (error.code() == ErrorCode::Internal || error.code() == ErrorCode::PermissionDenied ||
        error.code() == ErrorCode::Unsupported) {
      return single;
    }
    throw error;
  }
  checkDatabase(settings_);
  return std::make_unique<Cluster>(settings_);
}

}  // namespace tally::redis
