#include "findings.hpp"

namespace tally::cli {
namespace {

constexpr std::string_view kMeta = "meta.json: ";

}  // namespace

void warnOf(Context& context, const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    const auto place = finding.line == 0 ? std::string() : fmt::format("line {}: ", finding.line);
    context.warn(fmt::format("{}{}: {}", place, nameOf(finding.kind), finding.detail));
  }
}

std::vector<Finding> metaFindings(Context& context, const ConversationRef& conversation) try {
  const auto meta = conversation.meta(context.call());
  auto findings = meta ? meta->findings() : std::vector<Finding>();
  for (auto& finding : findings) finding.detail.insert(0, kMeta);
  return findings;
} catch (const Error& error) {
  const auto code = error.code();
  const bool of_all =
      exitCodeOf(code) == ExitCode::Unavailable || code == ErrorCode::Cancelled || code == ErrorCode::Unauthenticated;
  if (of_all) throw;
  Finding finding;
  finding.kind = Finding::Kind::InvalidDocument;
  finding.detail = std::string(kMeta) + error.message();
  return {std::move(finding)};
}

Json findingsJson(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const auto& finding : findings) {
    list.push_back({{"kind", nameOf(finding.kind)},
                    {"line", finding.line},
                    {"offset", finding.offset},
                    {"detail", finding.detail}});
  }
  return list;
}

ExitCode judge(const std::vector<Finding>& findings, bool strict) {
  return strict && !findings.empty() ? ExitCode::Data : ExitCode::Ok;
}

}  // namespace tally::cli
