#include "server_health.hpp"

#include <optional>

namespace tally::redis {
namespace {

using Level = HealthFinding::Level;

// The value of one line of INFO, "name:value"; nothing if there is no such line.
std::optional<std::string> lineOf(std::string_view info, const std::string& name) {
  std::size_t at = info.substr(0, name.size() + 1) == name + ':' ? 0 : info.find('\n' + name + ':');
  if (at == info.npos) return std::nullopt;
  at = info.find(':', at) + 1;
  return std::string(info.substr(at, info.find('\r', at) - at));
}

/// Questions to one server, and what follows from the answers.
class Examination {
 public:
  Examination(Node& node, const Call& call, std::vector<HealthFinding>& findings)
      : node_(node), call_(call), findings_(findings) {}

  void run() {
    if (const auto info = ask(Command("INFO"), "memory and persistence")) {
      lookAtMemory(viewOf(*info).text());
      lookAtPersistence(viewOf(*info).text());
    }
    if (const auto user = ask(Command("ACL").arg("WHOAMI"), "its user")) {
      note(Level::Fine, "the user is '" + std::string(viewOf(*user).text()) + "'");
    }
  }

 private:
  void note(Level level, std::string text) { findings_.push_back({level, node_.endpoint().text(), std::move(text)}); }

  // Nothing where this user may not ask; then that is noted.
  std::optional<Reply> ask(Command command, const std::string& what) {
    try {
      return node_.ask(std::move(command), call_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::PermissionDenied && error.code() != ErrorCode::Unsupported) throw;
      note(Level::Warning, "can't tell " + what + ": this user may not ask");
      return std::nullopt;
    }
  }

  void lookAtMemory(std::string_view info) {
    const std::string limit = lineOf(info, "maxmemory").value_or("0");
    const std::string policy = lineOf(info, "maxmemory_policy").value_or("unknown");
    if (limit == "0") {
      note(Level::Fine, "memory has no limit of the server's own (maxmemory)");
    } else if (policy == "noeviction") {
      note(Level::Fine, "when memory is full (maxmemory " + limit + "), writes are refused and nothing is dropped");
    } else {
      note(Level::Warning, "when memory is full (maxmemory " + limit + "), keys are dropped (maxmemory-policy " +
                               policy + "); set it to noeviction");
    }
  }

  void lookAtPersistence(std::string_view info) {
    if (lineOf(info, "aof_enabled") != "1") {
      return note(Level::Warning,
                  "a restart goes back to the last snapshot, or to nothing (appendonly no); set appendonly to yes");
    }
    if (lineOf(info, "aof_last_write_status").value_or("ok") != "ok") {
      note(Level::Warning, "the last write to the append-only file failed");
    }
    const auto reply = ask(Command("CONFIG").arg("GET").arg("appendfsync"), "appendfsync");
    if (!reply || viewOf(*reply).size() < 2) return;
    const std::string often(viewOf(*reply)[1].text());
    if (often == "always") return note(Level::Fine, "what was acknowledged is on disk (appendfsync always)");
    note(Level::Warning, "a loss of power takes what was acknowledged last (appendfsync " + often + ")");
  }

  Node& node_;
  const Call& call_;
  std::vector<HealthFinding>& findings_;
};

void lookAtOptions(const Settings& settings, std::vector<HealthFinding>& findings) {
  if (settings.stream_max_len != 0) {
    findings.push_back({Level::Warning,
                        {},
                        "'streamMaxLen' drops the beginning of objects with more than " +
                            std::to_string(settings.stream_max_len) + " entries; of a conversation, its first steps"});
  }
  if (settings.ttl.count() != 0) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(settings.ttl).count();
    findings.push_back(
        {Level::Warning, {}, "'ttl' drops objects " + std::to_string(seconds) + " seconds after their last change"});
  }
}

}  // namespace

std::vector<HealthFinding> examineServers(RedisStorage& storage, const Call& call) {
  std::vector<HealthFinding> findings;
  lookAtOptions(storage.settings(), findings);
  for (const auto& node : storage.finder().find(call).nodes(call)) Examination(*node, call, findings).run();
  return findings;
}

}  // namespace tally::redis
