#pragma once
// How the last segment of a key loses its usual extension where a service's own tools show names, by a rule that can be
// undone. Backends that share the rule share their names.
//
//   logical                                          physical
//   conversation.jsonl                               conversation
//   x.json; x not empty, without '.', and not        x
//     "conversation"
//   no '.' in it, or '.' at its end                  the same and one '.'
//   anything else                                    the same

#include <string>
#include <string_view>

namespace tally::sdk {

/// What a service calls it. No two names give the same.
inline std::string physicalName(std::string_view logical) {
  constexpr std::string_view kSteps = "conversation.jsonl", kStem = "conversation", kJson = ".json";
  if (logical == kSteps) return std::string(kStem);
  const std::size_t dot = logical.find('.');
  if (dot == logical.npos || logical.back() == '.') return std::string(logical) += '.';
  const std::string_view stem = logical.substr(0, dot);
  const bool is_plain = dot != 0 && stem != kStem && logical.substr(dot) == kJson;
  return std::string(is_plain ? stem : logical);
}

/// The name that physicalName() made this of. Others may use names that it never makes, "x.json" for instance: the
/// physical name of what this returns is then another one.
inline std::string logicalName(std::string_view physical) {
  if (!physical.empty() && physical.back() == '.') return std::string(physical.substr(0, physical.size() - 1));
  if (physical == "conversation") return "conversation.jsonl";
  std::string logical(physical);
  return physical.find('.') == physical.npos ? logical += ".json" : logical;
}

}  // namespace tally::sdk
