#include "report_summary.hpp"
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace tally::cli {
namespace {

/// The member below `value` along `names`, or null where the way ends.
const Json* at(const Json* value, std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    if (value == nullptr || !value->is_object()) return nullptr;
    const auto found = value->find(name);
    value = found == value->end() ? nullptr : &*found;
  }
  return value;
}

std::optional<double> number(const Json* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::string text(const Json* value) {
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

EvalValue valueOf(const Json& result) {
  return {number(at(&result, {"measurement", "score"})), number(at(&result, {"measurement", "rawValue"})),
          text(at(&result, {"outcome", "verdict"}))};
}

/// The results of an eval: a series by step, or a single one that may be wrapped once.
void readValues(const Json& result, EvalSummary& summary) {
  const auto* series = at(&result, {"byStepIndex"});
  if (series == nullptr) series = at(&result, {"series", "byStepIndex"});
  if (series != nullptr && series->is_array()) {
    summary.by_step = true;
    for (const auto& one : *series) summary.values.push_back(valueOf(one));
    return;
  }
  for (const auto* single : {&result, at(&result, {"result"}), at(&result, {"scalar"})}) {
    if (at(single, {"measurement"}) == nullptr) continue;
    summary.values.push_back(valueOf(*single));
    return;
  }
}

std::string policyText(const Json* policy) {
  if (const auto least = number(at(policy, {"passAt"}))) return fmt::format(">= {}", *least);
  const auto low = number(at(policy, {"min"}));
  const auto high = number(at(policy, {"max"}));
  if (low && high) return fmt::format("{} to {}", *low, *high);
  if (low) return fmt::format(">= {}", *low);
  if (high) return fmt::format("<= {}", *high);
  if (const auto* wanted = at(policy, {"passWhen"})) return "is " + wanted->dump();
  if (const auto* wanted = at(policy, {"passWhenIn"})) return "in " + wanted->dump();
  const auto kind = text(at(policy, {"kind"}));
  return kind == "none" ? "" : kind;
}

void computeRates(EvalSummary& summary) {
  const auto count = [&](std::string_view verdict) {
    return std::count_if(summary.values.begin(), summary.values.end(),
                         [&](const EvalValue& value) { return value.verdict == verdict; });
  };
  const auto passed = count("pass"), failed = count("fail"), unknown = count("unknown");
  const auto all = static_cast<double>(passed + failed + unknown);
  if (all == 0) return;
  summary.pass_rate = static_cast<double>(passed) / all;
  summary.fail_rate = static_cast<double>(failed) / all;
  summary.unknown_rate = static_cast<double>(unknown) / all;
}

std::optional<double> meanOf(const std::vector<EvalValue>& values, std::optional<double> EvalValue::*member) {
  double sum = 0;
  std::size_t known = 0;
  for (const auto& value : values) {
    sum += (value.*member).value_or(0);
    known += value.*member ? 1U : 0U;
  }
  return known == 0 ? std::nullopt : std::optional(sum / static_cast<double>(known));
}

void readSummary(const Json* stored, EvalSummary& summary) {
  const auto count = number(at(stored, {"count"}));
  summary.count = count && *count >= 0 && *count < 0x1p64 ? static_cast<std::uint64_t>(*count) : summary.values.size();
  summary.mean = number(at(stored, {"aggregations", "score", "Mean"}));
  if (!summary.mean) summary.mean = meanOf(summary.values, &EvalValue::score);
  summary.raw_mean = number(at(stored, {"aggregations", "raw", "Mean"}));
  if (!summary.raw_mean) summary.raw_mean = meanOf(summary.values, &EvalValue::raw);
  const auto* rates = at(stored, {"verdictSummary"});
  summary.pass_rate = number(at(rates, {"passRate"}));
  summary.fail_rate = number(at(rates, {"failRate"}));
  summary.unknown_rate = number(at(rates, {"unknownRate"}));
  if (!summary.pass_rate) computeRates(summary);
}

std::string overallVerdict(const EvalSummary& summary) {
  if (!summary.pass_rate) return "";
  if (summary.fail_rate.value_or(0) > 0) return "fail";
  return summary.unknown_rate.value_or(0) > 0 ? "unknown" : "pass";
}

constexpr std::initializer_list<std::pair<const char*, const char*>> kGroups = {
    {"singleTurn", "singleTurn"}, {"multiTurn", "multiTurn"}, {"scorers", "scorer"}};

/// The names of all evals: defined ones first, then those that only have results.
std::vector<std::string> evalNames(const Json& report) {
  std::vector<std::string> names;
  const auto take = [&names](const Json* group) {
    if (group == nullptr || !group->is_object()) return;
    for (const auto& item : group->items()) {
      if (std::find(names.begin(), names.end(), item.key()) == names.end()) names.push_back(item.key());
    }
  };
  take(at(&report, {"defs", "evals"}));
  for (const auto& [group, kind] : kGroups) take(at(&report, {"result", group}));
  return names;
}

EvalSummary summariseEval(const Json& report, const std::string& name) {
  EvalSummary summary;
  summary.name = name;
  const auto* definition = at(&report, {"defs", "evals", name.c_str()});
  summary.kind = text(at(definition, {"kind"}));
  for (const auto& [group, kind] : kGroups) {
    const auto* result = at(&report, {"result", group, name.c_str()});
    if (result == nullptr) continue;
    if (summary.kind.empty()) summary.kind = kind;
    readValues(*result, summary);
    break;
  }
  readSummary(at(&report, {"result", "summaries", "byEval", name.c_str()}), summary);
  summary.verdict = overallVerdict(summary);
  summary.threshold = policyText(at(definition, {"verdict"}));
  return summary;
}

}  // namespace

std::vector<EvalSummary> summarise(const Json& report) {
  std::vector<EvalSummary> summaries;
  for (const auto& name : evalNames(report)) summaries.push_back(summariseEval(report, name));
  return summaries;
}

std::string_view verdictOf(const EvalSummary& eval) noexcept {
  return eval.verdict.empty() && !eval.threshold.empty() ? "unknown" : std::string_view(eval.verdict);
}

std::string_view verdictOf(const std::vector<EvalSummary>& evals) noexcept {
  for (const std::string_view verdict : {"fail", "unknown", "pass"}) {
    if (std::any_of(evals.begin(), evals.end(), [&](const auto& eval) { return verdictOf(eval) == verdict; })) {
      return verdict;
    }
  }
  return "";
}

}  // namespace tally::cli
