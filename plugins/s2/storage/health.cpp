#include "storage/health.hpp"

#include <string>
#include <utility>
#include <vector>

#include "storage/basin_config.hpp"

namespace tally::s2 {
namespace {

constexpr int kMayNot = 403;
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

}  // namespace

void checkBasin(BasinApi& api, std::string_view unused, HealthSink& out, const Call& call) {
  Pending config = api.beginConfig();
  std::vector<RightsProbe> probes = api.beginProbes(unused);
  tellConfig(api, config, out, call);
  tellRights(probes, out, call);
  if (!api.verifiesTls()) {
    out.take(HealthLevel::Warning, "tls",
             "the server's certificate is not checked, so anybody in between can read the token; set s2.tlsVerify, and "
             "s2.caFile for a certificate of your own");
  }
}

}  // namespace tally::s2
