#include "s2/storage/health.hpp"

#include <string>
#include <utility>
#include <vector>

#include "s2/storage/basin_config.hpp"

namespace tally::s2 {
namespace {

constexpr int kMayNot = 403;
constexpr std::size_t kStreams = 100, kNamed = 3;
constexpr Deed kAskStream{"can't ask how a stream is configured", "get-stream-config"};
constexpr Deed kAskConfig{"can't ask how the basin is configured", "get-basin-config"};

void tellConfig(BasinApi& api, Pending& pending, HealthSink& out, const Call& call) {
  const Reply reply = pending.finish(kAskConfig.cannot, call);
  if (reply.status == kMayNot) {
    return out.take(HealthLevel::Warning, "rights",
                    "the access token lacks the operation get-basin-config, so retention can't be checked; allow it");
  }
  if (!reply.isGood()) throw refusalError(reply.refusal(), kAskConfig);
  const auto config = parseBasinConfig(reply.body);
  if (!config) throw Error(ErrorCode::Unavailable, "the endpoint answers, but not as S2 does; check s2.endpoint");
  for (const auto& finding : findingsOf(*config, api.basin())) out.take(finding.level, finding.subject, finding.text);
}

void tellRights(std::vector<RightsProbe>& probes, HealthSink& out, const Call& call) {
  bool all = true;
  for (auto& [operation, pending] : probes) {
    const Reply reply = pending.finish("can't try '" + std::string(operation) + "'", call);
    if (reply.status != kMayNot) continue;
    all = false;
    out.take(HealthLevel::Fault, "rights",
             "the access token lacks the operation " + std::string(operation) + "; allow it, or use another token");
  }
  if (all) out.take(HealthLevel::Good, "rights", "the service allows what was tried");
}

struct StreamQuestion {
  std::string stream;
  Pending pending;
};

/// Whether the stream loses its records some day. Errors: PermissionDenied; those of the service.
bool forgets(StreamQuestion& question, const Call& call) {
  const Reply reply = question.pending.finish(kAskStream.cannot, call);
  if (reply.isGood()) return parseStreamRetention(reply.body).has_value();
  const Refusal refusal = reply.refusal();
  if (isAbsent(refusal) || isBeingDeleted(refusal)) return false;
  throw refusalError(refusal, kAskStream);
}

/// A basin's retention is that of new streams only.
void tellStreams(BasinApi& api, std::string_view folder, HealthSink& out, const Call& call) {
  Pending names = api.beginNames(folder, "", kStreams);
  std::vector<StreamQuestion> questions;
  for (auto& [name, deleted] : api.finishNames(names, call).names) {
    if (deleted) continue;
    Pending pending = api.beginStreamConfig(name);
    questions.push_back({std::move(name), std::move(pending)});
  }
  std::size_t found = 0;
  std::string named;
  try {
    for (auto& question : questions) {
      if (!forgets(question, call)) continue;
      if (++found <= kNamed) named += (named.empty() ? "'" : ", '") + question.stream + '\'';
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::PermissionDenied) throw;
    return out.take(HealthLevel::Warning, "rights",
                    "the access token lacks the operation get-stream-config, so the retention of streams that exist "
                    "can't be checked; allow it");
  }
  if (found == 0) return;
  if (found > kNamed) named += " and others";
  out.take(HealthLevel::Warning, "retention",
           std::to_string(found) + " of the first " + std::to_string(questions.size()) +
               " streams lose their records after a time: " + named +
               "; set the retention of each to infinite, the basin's is only that of new ones");
}

}  // namespace

void checkBasin(BasinApi& api, std::string_view folder, std::string_view unused, HealthSink& out, const Call& call) {
  Pending config = api.beginConfig();
  std::vector<RightsProbe> probes = api.beginProbes(unused);
  tellConfig(api, config, out, call);
  tellRights(probes, out, call);
  tellStreams(api, folder, out, call);
  if (!api.verifiesTls()) {
    out.take(HealthLevel::Warning, "tls",
             "the server's certificate is not checked, so anybody in between can read the token; set s2.tlsVerify, and "
             "s2.caFile for a certificate of your own");
  }
}

}  // namespace tally::s2
