#include "redis/redis_server.hpp"

#include <hiredis/hiredis.h>
#include <poll.h>

#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace tally::test {
namespace {

redis::Context connect(std::uint16_t port) {
  const timeval patience{10, 0};
  redis::Context context(redisConnectWithTimeout("127.0.0.1", port, patience));
  if (context && context->err == 0) redisSetTimeout(context.get(), patience);
  return context;
}

redis::Reply ask(redisContext* context, const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  return redis::Reply(
      static_cast<redisReply*>(redisCommandArgv(context, static_cast<int>(words.size()), texts.data(), sizes.data())));
}

std::string contentOf(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// Which node has which slots, as a node knows it: "id 0-5460".
std::set<std::string> ownersKnownTo(RedisServer& node) {
  const redis::Reply reply = node.command({"CLUSTER", "NODES"});
  std::istringstream lines{std::string(redis::viewOf(reply).text())};
  std::set<std::string> owners;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string id, word;
    words >> id;
    for (int skipped = 0; skipped < 7; ++skipped) words >> word;
    while (words >> word) {
      if (word[0] != '[') owners.insert(id + ' ' + word);  // else a slot that is on its way
    }
  }
  return owners;
}

}  // namespace

void waitUntil(const std::string& what, const std::function<bool()>& holds, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain: " + what);
    ::poll(nullptr, 0, 5);
  }
}

RedisServer::RedisServer(std::vector<std::string> more, std::string password)
    : more_(std::move(more)), password_(std::move(password)), port_(freePort()) {
  start();
}

void RedisServer::start() {
  std::vector<std::string> command = {"redis-server",
                                      "--port",
                                      std::to_string(port_),
                                      "--bind",
                                      "127.0.0.1",
                                      "--unixsocket",
                                      socketPath(),
                                      "--dir",
                                      folder_.path().string(),
                                      "--save",
                                      "",
                                      "--appendonly",
                                      "no",
                                      "--enable-debug-command",
                                      "yes"};
  command.insert(command.end(), more_.begin(), more_.end());
  const auto log = folder_.path() / "log";
  process_ = ChildProcess(command, log);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!answers()) {
    if (!process_.isRunning() || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("redis-server does not start (package redis-server): " + contentOf(log));
    }
    ::poll(nullptr, 0, 5);
  }
}

bool RedisServer::answers() const {
  try {
    return redis::viewOf(command({"PING"})).text() == "PONG";
  } catch (const std::exception&) {
    return false;
  }
}

void RedisServer::restart() { start(); }

redis::Reply RedisServer::command(const std::vector<std::string>& words) const {
  const redis::Context context = connect(port_);
  if (!context || context->err != 0) throw std::runtime_error("no connection to the test's server");
  if (!password_.empty()) ask(context.get(), {"AUTH", password_});
  redis::Reply reply = ask(context.get(), words);
  if (!reply || redis::viewOf(reply).isError()) {
    throw std::runtime_error(words.front() + ": " +
                             (reply ? std::string(redis::viewOf(reply).errorText()) : "no answer"));
  }
  return reply;
}

std::int64_t RedisServer::number(const std::vector<std::string>& words) const {
  const redis::Reply reply = command(words);
  const auto view = redis::viewOf(reply);
  return view.isInteger() ? view.integer() : std::stoll(std::string(view.text()));
}

std::string RedisServer::info(const std::string& name) const {
  const redis::Reply reply = command({"INFO", "everything"});
  std::istringstream lines{std::string(redis::viewOf(reply).text())};
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name + ":", 0) != 0) continue;
    if (line.back() == '\r') line.pop_back();
    return line.substr(name.size() + 1);
  }
  throw std::runtime_error("INFO has no line '" + name + "'");
}

namespace {

// Somebody may take a free port before the node does; then it gets others.
std::unique_ptr<RedisServer> startNode(std::chrono::milliseconds timeout) {
  for (int left = 3;; --left) {
    try {
      return std::make_unique<RedisServer>(std::vector<std::string>{
          "--cluster-enabled", "yes", "--cluster-node-timeout", std::to_string(timeout.count()), "--cluster-port",
          std::to_string(freePort()), "--cluster-replica-validity-factor", "0"});
    } catch (const std::runtime_error&) {
      if (left == 0) throw;
    }
  }
}

}  // namespace

RedisCluster::RedisCluster(std::chrono::milliseconds node_timeout) {
  std::vector<std::string> create = {"redis-cli", "--cluster", "create"};
  for (int i = 0; i < 6; ++i) {
    nodes_.push_back(startNode(node_timeout));
    create.push_back("127.0.0.1:" + std::to_string(nodes_.back()->port()));
  }
  create.insert(create.end(), {"--cluster-replicas", "1", "--cluster-yes"});
  runProgram(create);
  waitUntilWhole();
}

std::string RedisCluster::url() const {
  std::string url = "redis://";
  for (const auto& node : nodes_) {
    if (url.back() != '/') url += ',';
    url += "127.0.0.1:" + std::to_string(node->port());
  }
  return url;
}

void RedisCluster::clear() const {
  waitUntilWhole();
  for (const auto& node : nodes_) {
    if (node->process().isRunning() && node->info("role") == "master") node->command({"FLUSHALL"});
  }
}

RedisServer& RedisCluster::masterOf(const std::string& key) {
  for (const auto& node : nodes_) {
    if (!node->process().isRunning() || node->info("role") != "master") continue;
    try {
      node->command({"EXISTS", key});
      return *node;
    } catch (const std::runtime_error&) {
      continue;
    }
  }
  throw std::runtime_error("no node has the key");
}

void RedisCluster::waitUntilWhole() const {
  waitUntil("the cluster is whole", [&] {
    std::size_t masters = 0;
    std::set<std::set<std::string>> opinions;
    for (const auto& node : nodes_) {
      if (!node->process().isRunning()) continue;
      const redis::Reply reply = node->command({"CLUSTER", "INFO"});
      const std::string info(redis::viewOf(reply).text());
      if (info.find("cluster_state:ok") == info.npos || info.find("cluster_slots_ok:16384") == info.npos) return false;
      const bool is_master = node->info("role") == "master";
      if (!is_master && node->info("master_link_status") != "up") return false;
      masters += is_master ? 1 : 0;
      opinions.insert(ownersKnownTo(*node));
    }
    return masters >= 3 && opinions.size() == 1;
  });
}

redis::Settings settingsFor(const std::string& url) {
  redis::Settings settings;
  settings.address = redis::parseUrl(url);
  settings.connect_timeout = std::chrono::milliseconds(1000);
  settings.retry_time = std::chrono::milliseconds(1000);
  return settings;
}

std::unique_ptr<redis::RedisStorage> openRedis(const std::string& url) {
  return std::make_unique<redis::RedisStorage>(settingsFor(url));
}

}  // namespace tally::test
