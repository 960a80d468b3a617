// The "did you mean" of every error about a name.

#include <algorithm>
#include <numeric>

#include "config/text.hpp"
#include "tally/config.hpp"

namespace tally {
namespace {

// How many letters to change, add, leave out, or swap with their neighbour: optimal string alignment, with three rows.
std::size_t distanceOf(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
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
