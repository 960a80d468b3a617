#include "plugins/file/run_path.hpp"

#include <algorithm>
#include <string_view>

namespace tally::plugins {
namespace {

RunPath::Folder folderOf(std::string_view part, const std::filesystem::path& origin) {
  for (const std::string_view name : {"$ORIGIN", "${ORIGIN}"}) {
    const std::string_view rest = part.substr(std::min(name.size(), part.size()));
    if (part.substr(0, name.size()) != name || (!rest.empty() && rest.front() != '/')) continue;
    return {origin.string() + std::string(rest), true};
  }
  return {part, false};
}

}  // namespace

std::vector<RunPath::Folder> RunPath::folders(const std::filesystem::path& origin) const {
  std::vector<Folder> all;
  const std::string path = runpath ? *runpath : rpath.value_or("");
  for (std::size_t begin = 0, end = 0; begin < path.size(); begin = end + 1) {
    end = std::min(path.find(':', begin), path.size());
    if (end > begin) all.push_back(folderOf(std::string_view(path).substr(begin, end - begin), origin));
  }
  return all;
}

}  // namespace tally::plugins
