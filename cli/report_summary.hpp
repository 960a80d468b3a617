#pragma once
// An evaluation report as one row an eval, and as one row a step.
//
// The report's own summaries are taken where it has them; what is missing is computed from the single values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tally/json.hpp"

namespace tally::cli {

/// One measured value of an eval.
struct EvalValue {
  std::optional<double> score, raw;
  std::string verdict;  ///< "pass", "fail", "unknown"; empty where the eval gives none
};

struct EvalSummary {
  std::string name, kind;
  std::uint64_t count = 0;
  std::optional<double> mean;      ///< of the scores, from 0 to 1
  std::optional<double> raw_mean;  ///< of what the metric gave before it was scaled; thresholds speak of it
  std::optional<double> pass_rate, fail_rate, unknown_rate;  ///< absent for evals without verdict
  std::string verdict;    ///< "fail" if any value failed, else "unknown" if any is, else "pass"; empty for none
  std::string threshold;  ///< the policy in words: ">= 0.7"
  bool by_step = false;   ///< one value a step, else one for the whole conversation
  std::vector<EvalValue> values;
};

/// The evals of a report in the order of their definitions. Members of the wrong type count as absent.
std::vector<EvalSummary> summarise(const Json& report);

/// The verdict of an eval where all of them count: its own, or "unknown" if it has a threshold and none was given.
std::string_view verdictOf(const EvalSummary& eval) noexcept;
/// Of all of them: "fail" if any failed, else "unknown" if any is, else "pass"; empty where none has a verdict.
std::string_view verdictOf(const std::vector<EvalSummary>& evals) noexcept;

}  // namespace tally::cli
