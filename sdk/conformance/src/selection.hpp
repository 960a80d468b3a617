#pragma once
// Which cases a run takes, and why one of them can't be asked of a storage.

#include <set>
#include <string>
#include <vector>

#include "tally/conformance/runner.hpp"

namespace tally::conformance {

class Selection {
 public:
  /// Errors: std::invalid_argument for a name that is neither a case nor a group.
  Selection(const std::vector<Group>& groups, const Options& options);
  bool takes(const Group& group, const Case& test) const;

 private:
  std::set<std::string> only_;
  bool quick_;
};

/// Says once what is missing for whom.
class Offer {
 public:
  Offer(const Harness& harness, Capabilities capabilities) : harness_(harness), capabilities_(capabilities) {}
  /// Why a case can't be asked, or empty. The optional ability that it may need is not looked at.
  std::string missing(const Case& test) const;

 private:
  const Harness& harness_;
  Capabilities capabilities_;
};

}  // namespace tally::conformance
