#include "s2/storage/removal.hpp"

#include <deque>
#include <utility>

namespace tally::s2 {
namespace {

constexpr std::size_t kPageSize = 1000, kSideBySide = 32;

struct Deletion {
  std::string stream;
  Pending pending;
};

}  // namespace

Removal removeStream(BasinApi& api, StreamMemory& memory, std::string_view stream, const Call& call) {
  if (memory.wasRemoved(stream)) {
    // The service accepts the deletion of what is being deleted; whether it is there again only the listing tells.
    Pending names = api.beginNames(stream, "", 1);
    if (!api.finishExact(stream, names, call)) return Removal::Absent;
  }
  Pending pending = api.beginRemove(stream);
  const Removal removal = api.finishRemove(pending, call);
  memory.removed(stream);
  return removal;
}

bool removeBelow(BasinApi& api, StreamMemory& memory, std::string_view prefix, const Call& call) {
  bool existed = false;
  std::deque<Deletion> deletions;
  const auto finishFirst = [&] {
    Deletion first = std::move(deletions.front());
    deletions.pop_front();
    if (api.finishRemove(first.pending, call) != Removal::Absent) existed = true;
    memory.removed(first.stream);
  };
  NamePage page;
  std::string after;
  do {
    Pending names = api.beginNames(prefix, after, kPageSize);
    page = api.finishNames(names, call);
    for (auto& stream : page.names) {
      after = stream.name;
      if (stream.deleted) continue;
      if (deletions.size() == kSideBySide) finishFirst();
      Pending pending = api.beginRemove(stream.name);
      deletions.push_back({std::move(stream.name), std::move(pending)});
    }
  } while (page.has_more);
  while (!deletions.empty()) finishFirst();
  memory.forgetDirectories();
  return existed;
}

}  // namespace tally::s2
