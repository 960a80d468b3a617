#include "findings.hpp"

namespace tally::cli {

void warnOf(Context& context, const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    const auto place = finding.line == 0 ? std::string() : fmt::format("line {}: ", finding.line);
    context.warn(fmt::format("{}{}: {}", place, nameOf(finding.kind), finding.detail));
  }
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
