#include "memory_objects.hpp"

#include <algorithm>
#include <utility>

namespace tally::examples {
namespace {

using Clock = MemoryObjects::Clock;

Clock::time_point wakeUpTime(const Call& call) {
  return std::min(call.deadline, Clock::now() + std::chrono::milliseconds(20));
}

}  // namespace

bool MemoryObjects::TreeOrder::operator()(std::string_view a, std::string_view b) const noexcept {
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };  // keys hold no NUL
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return rank(x) < rank(y); });
}

void MemoryObjects::forgetExpired() {
  const auto now = Clock::now();
  if (now < next_expiry_.load()) return;
  const std::unique_lock lock(mutex);
  auto next = Clock::time_point::max();
  for (auto at = map.begin(); at != map.end();) {
    const auto expires = at->second.expires;
    if (expires > now) next = std::min(next, expires);
    at = expires > now ? std::next(at) : erase(at, std::next(at));
  }
  next_expiry_ = next;
}

const MemoryObjects::Object* MemoryObjects::find(std::string_view key) const {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

bool MemoryObjects::hasChildren(std::string_view key) const {
  const std::string folder = folderOf(key);
  const auto first = map.lower_bound(folder);
  return first != map.end() && startsWith(first->first, folder);
}

void MemoryObjects::checkPlace(std::string_view key) const {
  if (hasChildren(key)) throw Error(ErrorCode::IsADirectory, "it is a directory");
  for (auto above = path::parent(key); !above.empty(); above = path::parent(above)) {
    if (find(above) != nullptr) {
      throw Error(ErrorCode::NotADirectory, "'" + std::string(above) + "' above it is a file");
    }
  }
}

MemoryObjects::Object& MemoryObjects::replace(std::string_view key, std::string_view content,
                                              Clock::time_point expires) {
  checkPlace(key);
  std::string bytes(content);  // may run out of memory: before anything has changed
  Object& object = map[std::string(key)];
  object.bytes = std::move(bytes);
  object.ends = {content.size()};
  object.expires = expires;
  next_expiry_ = std::min(next_expiry_.load(), expires);
  touch(object);
  object.born = object.version;
  return object;
}

MemoryObjects::Object& MemoryObjects::append(std::string_view key, std::string_view content) {
  checkPlace(key);
  Object& object = map[std::string(key)];  // an empty append creates an empty object
  if (object.ends.size() == object.ends.capacity()) object.ends.reserve(2 * object.ends.size() + 1);
  object.bytes.append(content);  // may run out of memory; nothing that follows can
  object.ends.push_back(object.bytes.size());
  touch(object);
  if (object.born == 0) object.born = object.version;
  return object;
}

MemoryObjects::Place MemoryObjects::erase(Place first, Place last) {
  for (auto at = first; at != last; ++at) {
    const auto holder = holders.find(at->first);
    if (holder != holders.end()) holder->second.owner.clear();
  }
  ring();
  return map.erase(first, last);
}

/// A new version for each change, from one counter: an object that is removed and made again never looks unchanged.
void MemoryObjects::touch(Object& object) {
  object.version = ++last_version_;
  object.modified = std::chrono::system_clock::now();
  ring();
}

void MemoryObjects::waitForChange(std::shared_lock<std::shared_mutex>& lock, const Call& call) {
  changed_.wait_until(lock, wakeUpTime(call));
}

void MemoryObjects::waitForChange(std::unique_lock<std::shared_mutex>& lock, const Call& call) {
  changed_.wait_until(lock, wakeUpTime(call));
}

StorageStat MemoryObjects::describe(const Object& object) {
  return {false, object.bytes.size(), object.modified, Version(std::to_string(object.version))};
}

std::string MemoryObjects::folderOf(std::string_view directory) {
  return directory.empty() ? std::string() : std::string(directory) + '/';
}

}  // namespace tally::examples
