#include "taken_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace tally::cli {
namespace {

constexpr std::array<std::string_view, 3> kOurs = {"local", "redis", "s2"};
constexpr const char* kByHand = "/usr/local/lib/tally/plugins";  // where 'cmake --install' puts a plugin

/// Who wins: the file in the place `held`, or the new one in the place `mine`.
std::string winner(const std::vector<SearchPlace>& places, std::size_t held, std::size_t mine,
                   const std::string& file) {
  if (held == places.size())
    return fmt::format("where that is installed with the core library, it wins over yours in {}", kByHand);
  const auto there = (places[held].dir / file).string();
  if (held == mine) return fmt::format("yours takes the place of {}", there);
  if (held < mine) return fmt::format("{} ({}) wins over yours in {}", there, places[held].why, kByHand);
  return fmt::format("yours in {} wins over {} ({})", kByHand, there, places[held].why);
}

template <typename Test>
std::size_t firstOf(const std::vector<SearchPlace>& places, Test&& test) {
  return static_cast<std::size_t>(std::find_if(places.begin(), places.end(), test) - places.begin());
}

}  // namespace

std::string takenName(const std::string& name, const std::vector<SearchPlace>& places) {
  const auto file = "libtally_" + name + ".so";
  const auto held = firstOf(places, [&](const SearchPlace& place) {
    std::error_code problem;
    return place.ignored.empty() && std::filesystem::exists(place.dir / file, problem);
  });
  const bool ours = std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end();
  if (held == places.size() && !ours) return {};
  const auto mine = firstOf(places, [](const SearchPlace& place) { return place.why == "local installations"; });
  return fmt::format(
      "'{}' is the name of a backend {}, and one of a name is loaded, by the order of the search: {}; take "
      "another name, or put the folder of yours into plugins.searchPath, which comes first",
      name, ours ? "of Tally" : "that is here already", winner(places, held, mine, file));
}

}  // namespace tally::cli
