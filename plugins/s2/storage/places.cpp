#include "s2/storage/places.hpp"

#include <vector>

#include "tally/path.hpp"

namespace tally::s2 {
namespace {

constexpr std::size_t kFewNames = 4;  // the first of them may be just being deleted

struct Above {
  std::string_view key;
  std::string stream;
  Pending state;
};

}  // namespace

StreamState Places::check(std::string_view key, std::string_view stream, const Call& call) {
  const std::string folder = names_.folderOf(key);
  Pending own = api_.beginState(stream), below = api_.beginNames(folder, "", kFewNames);
  std::vector<Above> above;
  for (auto parent = path::parent(key); !parent.empty(); parent = path::parent(parent)) {
    if (memory_.isDirectory(parent)) break;
    std::string file = names_.streamOf(parent);
    if (memory_.isPlaceKept(file)) {
      throw Error(ErrorCode::NotADirectory, "an append stream to '" + std::string(parent) + "' above it is open");
    }
    Pending state = api_.beginState(file);
    above.push_back({parent, std::move(file), std::move(state)});
  }
  const StreamState state = api_.finishState(stream, own, call);
  if (api_.finishAny(folder, below, call)) throw Error(ErrorCode::IsADirectory, "it is a directory");
  for (auto& one : above) {
    if (!api_.finishState(one.stream, one.state, call).holdsRecords()) continue;
    throw Error(ErrorCode::NotADirectory, "'" + std::string(one.key) + "' above it is a file");
  }
  for (const auto& one : above) memory_.addDirectory(one.key);
  memory_.forgetDirectory(key);
  return state;
}

bool Places::isDirectory(std::string_view key, const Call& call) {
  const std::string folder = names_.folderOf(key);
  Pending below = api_.beginNames(folder, "", kFewNames);
  return api_.finishAny(folder, below, call);
}

void Places::forgetAbove(std::string_view key) {
  for (auto parent = path::parent(key); !parent.empty(); parent = path::parent(parent)) {
    memory_.forgetDirectory(parent);
  }
}

}  // namespace tally::s2
