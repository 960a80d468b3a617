#pragma once
// What a server has been asked, by its own account.

#include <cstdint>
#include <string>
#include <utility>

#include "redis/redis_server.hpp"

namespace tally::test {

/// How often a command has been called since the last look.
class ServerCalls {
 public:
  ServerCalls(const RedisServer& server, std::string command)
      : server_(server), line_("cmdstat_" + std::move(command)) {
    since();
  }
  std::int64_t since() {
    const std::int64_t before = total_;
    total_ = count();
    return total_ - before;
  }

 private:
  std::int64_t count() const {
    const redis::Reply reply = server_.command({"INFO", "commandstats"});
    const std::string stats(redis::viewOf(reply).text());
    const std::size_t at = stats.find(line_ + ":calls=");
    return at == stats.npos ? 0 : std::stoll(stats.substr(at + line_.size() + 7));
  }

  const RedisServer& server_;
  std::string line_;
  std::int64_t total_ = 0;
};

}  // namespace tally::test
