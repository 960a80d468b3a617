// The "did you mean" of every error about a name.

#include <algorithm>
#include <numeric>

#include "config/text.hpp"
#include "tally/config.hpp"

namespace tally {
namespace {

// Levenshtein distance with one row, where a swap of neighbours costs two like any other two changes.
std::size_t distanceOf(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::string nearestName(std::string_view given, const std::vector<std::string>& known) {
  const std::string wanted = config::lowerCase(given);
  std::string nearest;
  std::size_t best = std::max<std::size_t>(1, std::min<std::size_t>(3, given.size() / 3)) + 1;
  for (const std::string& name : known) {
    const auto [shorter, longer] = std::minmax({name.size(), wanted.size()});
    if (longer - shorter >= best) continue;
    const std::size_t distance = distanceOf(wanted, config::lowerCase(name));
    // One letter changed in a name of one letter is another name.
    if (distance >= best || distance >= longer) continue;
    best = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace tally
