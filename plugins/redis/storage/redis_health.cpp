#include "redis/storage/redis_health.hpp"

#include <algorithm>
#include <optional>

#include "redis/names/index_sample.hpp"

namespace tally::redis {
namespace {

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
  Examination(Node& node, HealthSink& out, const Call& call) : node_(node), out_(out), call_(call) {}

  void run() {
    if (const auto info = ask(Command("INFO"), "memory and persistence")) {
      lookAtMemory(viewOf(*info).text());
      lookAtPersistence(viewOf(*info).text());
    }
    if (const auto user = ask(Command("ACL").arg("WHOAMI"), "its user")) {
      note(HealthLevel::Good, "the user is '" + std::string(viewOf(*user).text()) + "'");
    }
  }

 private:
  void note(HealthLevel level, const std::string& text) { out_.take(level, node_.endpoint().text(), text); }

  // Nothing where this user may not ask; then that is noted.
  std::optional<Reply> ask(Command command, const std::string& what) {
    try {
      return node_.ask(std::move(command), call_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::PermissionDenied && error.code() != ErrorCode::Unsupported) throw;
      note(HealthLevel::Warning, "can't tell " + what + ": this user may not ask");
      return std::nullopt;
    }
  }

  void lookAtMemory(std::string_view info) {
    const std::string limit = lineOf(info, "maxmemory").value_or("0");
    const std::string policy = lineOf(info, "maxmemory_policy").value_or("unknown");
    if (limit == "0") {
      note(HealthLevel::Good, "memory has no limit of the server's own (maxmemory)");
    } else if (policy == "noeviction") {
      note(HealthLevel::Good,
           "when memory is full (maxmemory " + limit + "), writes are refused and nothing is dropped");
    } else {
      note(HealthLevel::Warning, "when memory is full (maxmemory " + limit + "), keys are dropped (maxmemory-policy " +
                                     policy + "); set it to noeviction");
    }
  }

  void lookAtPersistence(std::string_view info) {
    if (lineOf(info, "aof_enabled") != "1") {
      return note(HealthLevel::Warning,
                  "a restart goes back to the last snapshot, or to nothing (appendonly no); set appendonly to yes");
    }
    if (lineOf(info, "aof_last_write_status").value_or("ok") != "ok") {
      note(HealthLevel::Warning, "the last write to the append-only file failed");
    }
    const auto reply = ask(Command("CONFIG").arg("GET").arg("appendfsync"), "appendfsync");
    if (!reply || viewOf(*reply).size() < 2) return;
    const std::string often(viewOf(*reply)[1].text());
    if (often == "always") return note(HealthLevel::Good, "what was acknowledged is on disk (appendfsync always)");
    note(HealthLevel::Warning, "a loss of power takes what was acknowledged last (appendfsync " + often + ")");
  }

  Node& node_;
  HealthSink& out_;
  const Call& call_;
};

bool isFarAway(const Endpoint& endpoint) {
  return endpoint.socket_path.empty() && endpoint.host != "localhost" && endpoint.host != "::1" &&
         endpoint.host.rfind("127.", 0) != 0;
}

}  // namespace

std::vector<std::string> lossesBy(const Settings& settings) {
  std::vector<std::string> losses;
  if (settings.stream_max_len != 0) {
    losses.push_back("'streamMaxLen' drops the beginning of objects with more than " +
                     std::to_string(settings.stream_max_len) +
                     " entries; of a conversation, its first steps, and of a line above 64 KiB perhaps a part");
  }
  if (settings.ttl.count() != 0) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(settings.ttl).count();
    losses.push_back("'ttl' drops objects " + std::to_string(seconds) + " seconds after their last change");
  }
  return losses;
}

void RedisHealth::lookAtOptions(HealthSink& out) const {
  const auto warn = [&](const std::string& text) { out.take(HealthLevel::Warning, "options", text); };
  for (const auto& loss : lossesBy(settings_)) warn(loss);
  const Address& address = settings_.address;
  const bool far = std::any_of(address.endpoints.begin(), address.endpoints.end(), isFarAway);
  if (far && address.password.empty()) {
    warn(
        "'url' has no password, so whoever reaches the server can read and change the store; give it one (requirepass, "
        "or a user by ACL SETUSER)");
  }
  if (far && !address.password.empty() && !address.tls) {
    warn("the password of 'url' goes over the network as plain text; use rediss:// or a tunnel");
  }
}

// Commands that change nothing, and that a user needs rights for.
void RedisHealth::lookAtRights(HealthSink& out, const Call& call) {
  const std::string stream = names_.prefix() + "%rights";  // nobody has a key of that name
  const auto may = [&](Command command) {
    const Answer answer = finder_.find(call).ask({std::move(command), stream, Effect::Reads}, call);
    try {
      answer.value();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::PermissionDenied) return false;
      throw;
    }
    return true;
  };
  const std::string keys = "keys that begin with '" + names_.prefix() + "'";
  if (!may(Command("XLEN").arg(stream))) {
    return out.take(HealthLevel::Fault, "rights", "this user may not read " + keys + "; allow it by ACL SETUSER");
  }
  if (!may(Command("DEL").arg(stream)) || !may(Command::call(Scripts::all().drop, {stream, names_.tokens(stream)}))) {
    return out.take(HealthLevel::Warning, "rights",
                    "this user can read, but may not change " + keys + " or run scripts (EVAL, EVALSHA)");
  }
  out.take(HealthLevel::Good, "rights", "this user may read and change " + keys);
}

// A store whose prefix begins ours has our objects among its own. Those below us can't be told from objects of ours.
void RedisHealth::lookAbove(HealthSink& out, const Call& call) {
  const std::string& ours = names_.prefix();
  std::vector<std::string> above;
  std::vector<Request> questions;
  for (std::size_t end = 0; end < ours.size(); end = std::min(ours.find(':', end), ours.size() - 1) + 1) {
    const std::string prefix = ours.substr(0, end);
    if (prefix.find('{') != prefix.npos && prefix.find('}') == prefix.npos) break;  // no prefix of a store
    std::string root = KeyNames(prefix).indexRoot();
    above.push_back(prefix);
    Command question("EXISTS");
    question.arg(root);
    questions.push_back({std::move(question), std::move(root), Effect::Reads});
  }
  const auto answers = finder_.find(call).run(std::move(questions), call);
  for (std::size_t i = 0; i < above.size(); ++i) {
    if (answers[i].failure) throw *answers[i].failure;
    const ReplyView there = viewOf(answers[i].reply);  // an error: this user may not look there
    if (there.isError() || there.integer() == 0) continue;
    out.take(HealthLevel::Warning, "options",
             "there is a store with the 'keyPrefix' '" + above[i] + "', which has the objects of this one, '" + ours +
                 "', among its own; give one of them a prefix that the other does not begin with");
  }
}

void RedisHealth::lookAtIndex(HealthSink& out, const Call& call) {
  IndexSample sample;
  try {
    sample = sampleIndex(finder_, names_, directories_, call);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::PermissionDenied) throw;
    return out.take(HealthLevel::Warning, "index", "can't tell whether it has all objects: this user may not ask");
  }
  const std::string objects = std::to_string(sample.objects) + " objects that were looked at";
  if (sample.objects == 0) return;
  if (sample.missing == 0) return out.take(HealthLevel::Good, "index", "it has all of the " + objects);
  out.take(sample.missing == sample.objects ? HealthLevel::Fault : HealthLevel::Warning, "index",
           "it lacks " + std::to_string(sample.missing) + " of the " + objects +
               ", so no listing shows those: it was damaged, or another program made them; 'tally storage reindex' "
               "enters them");
}

void RedisHealth::checkHealth(HealthSink& out, const Call& call) {
  owner_.begin(call);
  lookAtOptions(out);
  for (const auto& node : finder_.find(call).nodes(call)) Examination(*node, out, call).run();
  lookAtRights(out, call);
  lookAbove(out, call);
  lookAtIndex(out, call);
}

}  // namespace tally::redis
