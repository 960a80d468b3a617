#include "selection.hpp"

#include <stdexcept>

#include "report.hpp"

namespace tally::conformance {

Selection::Selection(const std::vector<Group>& groups, const Options& options)
    : only_(options.only.begin(), options.only.end()), quick_(options.quick) {
  std::set<std::string> known;
  for (const auto& group : groups) {
    known.insert(std::string(1, group.letter));
    for (const auto& test : group.cases) known.insert(test.id);
  }
  for (const auto& name : only_) {
    if (known.count(name) == 0) throw std::invalid_argument("'" + name + "' is neither a case nor a group; see --list");
  }
}

bool Selection::takes(const Group& group, const Case& test) const {
  if (only_.count(test.id) != 0) return true;
  if (quick_ && test.pace == Pace::Slow) return false;
  return only_.empty() || only_.count(std::string(1, group.letter)) != 0;
}

std::string Offer::missing(const Case& test) const {
  for (unsigned bit = 0; bit < 64; ++bit) {
    const auto one = static_cast<Capability>(std::uint64_t{1} << bit);
    if (test.needs.capabilities.has(one) && !capabilities_.has(one)) {
      return "capability " + std::string(nameOf(one)) + " is not declared";
    }
  }
  const auto lacks = [&](Facility one, bool offered) {
    return (test.needs.facilities & static_cast<unsigned>(one)) != 0 && !offered;
  };
  if (lacks(Facility::Processes, harness_.processes())) return "other processes can't open this storage";
  if (lacks(Facility::Processes, harness_.opensInForks())) return "forked processes can't open this storage here";
  if (lacks(Facility::Host, harness_.throughHost())) return "a bare adapter; the host makes this promise";
  if (lacks(Facility::Folder, !harness_.folder().empty())) return "keys are not files of a folder";
  if (lacks(Facility::Server, !harness_.server().empty())) return "no server was named to put a proxy in front of";
  if (lacks(Facility::Plugin, harness_.hasPlugin())) return "a bare adapter without a C interface";
  if (lacks(Facility::PluginFile, !harness_.pluginFile().empty())) return "not loaded from a plugin file";
  return {};
}

}  // namespace tally::conformance
