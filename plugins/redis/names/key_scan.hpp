#pragma once
// The keys of one server that begin alike, by SCAN. Goes through all keys of the server, so it is for rebuilding the
// index and for samples.

#include <string>
#include <vector>

#include "redis/servers/node.hpp"

namespace tally::redis {

inline constexpr std::uint64_t kScannedAtOnce = 1000;

/// For SCAN: '*' and the like mean themselves in the prefix.
inline std::string patternOf(const std::string& prefix) {
  std::string pattern;
  for (const char c : prefix) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '*';
}

/// Hand over the keys of one type by pages, some of them empty, until visit(keys) returns false.
/// Cost: one round trip for each thousand keys of the server.
template <typename Visit>
void scan(Node& node, const std::string& prefix, const char* type, const Call& call, Visit&& visit) {
  std::string cursor = "0";
  do {
    Command command("SCAN");
    command.arg(cursor).arg("MATCH").arg(patternOf(prefix)).arg("COUNT").arg(kScannedAtOnce).arg("TYPE").arg(type);
    const Reply reply = node.ask(std::move(command), call);
    const ReplyView keys = viewOf(reply)[1];
    std::vector<std::string> page;
    for (std::size_t i = 0; i < keys.size(); ++i) page.push_back(std::string(keys[i].text()));
    if (!visit(page)) return;
    cursor = viewOf(reply)[0].text();
    call.check();
  } while (cursor != "0");
}

}  // namespace tally::redis
