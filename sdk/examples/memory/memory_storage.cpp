#include "memory_storage.hpp"

#include <algorithm>
#include <mutex>

namespace tally::examples {
namespace {

bool startsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

std::string folderOf(std::string_view directory) {
  return directory.empty() ? std::string() : std::string(directory) + '/';
}

}  // namespace

bool MemoryStorage::TreeOrder::operator()(std::string_view a, std::string_view b) const noexcept {
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };  // keys hold no NUL
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return rank(x) < rank(y); });
}

Capabilities MemoryStorage::capabilities() const noexcept {
  // Not KeepsEmptyDirectories: directories are inferred. Not SurvivesPowerLoss, for obvious reasons.
  return {Capability::CreateExclusive, Capability::IfVersion,   Capability::TimeToLive,
          Capability::AppendAt,        Capability::AppendToken, Capability::ModifiedTime};
}

StorageStat MemoryStorage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  call.check();  // a cancelled or late call does nothing at all
  forgetExpired();
  const std::shared_lock lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) {
    // A directory is there, but it has no bytes: another answer than "nothing there".
    if (hasChildren(key)) throw Error(ErrorCode::IsADirectory, "it is a directory");
    throw Error(ErrorCode::NotFound, "there is no such object");
  }
  const std::string_view bytes = found->second.bytes;
  if (range.offset > bytes.size()) {
    throw Error(ErrorCode::RangeNotSatisfied, "the range begins behind the end, at " + std::to_string(range.offset) +
                                                  " of " + std::to_string(bytes.size()) + " bytes");
  }
  out.put(bytes.substr(range.offset, range.length));  // clipped at the end by substr
  return describe(found->second);
}

Version MemoryStorage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                             const Call& call) {
  call.check();
  forgetExpired();
  // One lock around looking and writing: a condition that is checked before the lock is no condition.
  const std::unique_lock lock(mutex_);
  checkPlace(key);
  const auto found = objects_.find(key);
  if (options.if_absent && found != objects_.end()) throw Error(ErrorCode::AlreadyExists, "it exists already");
  if (options.if_version) {
    const bool same = found != objects_.end() && describe(found->second).version == *options.if_version;
    if (!same) throw Error(ErrorCode::Conflict, "it is not in the expected version");
  }
  std::string bytes(content);  // may run out of memory: before anything has changed
  Object& object = place(key);
  object.bytes = std::move(bytes);
  object.expires = options.time_to_live ? Clock::now() + *options.time_to_live : Clock::time_point::max();
  next_expiry_ = std::min(next_expiry_.load(), object.expires);
  touch(object);
  return describe(object).version;
}

std::optional<std::uint64_t> MemoryStorage::append(std::string_view key, std::string_view content,
                                                   const AppendOptions& options, const Call& call) {
  call.check();
  forgetExpired();
  const std::unique_lock lock(mutex_);
  checkPlace(key);
  const auto found = objects_.find(key);
  const std::uint64_t size = found == objects_.end() ? 0 : found->second.bytes.size();
  if (found != objects_.end() && !options.token.empty()) {
    // A repeated append has landed already. This comes before expected_size, which no longer holds then.
    const auto landed = found->second.tokens.find(options.token);
    if (landed != found->second.tokens.end()) return landed->second;
  }
  if (options.expected_size && *options.expected_size != size) {
    throw Error(ErrorCode::Conflict, "it has " + std::to_string(size) + " bytes, not " +
                                         std::to_string(*options.expected_size) + " as expected");
  }
  Object& object = place(key);  // an empty append creates an empty object
  object.bytes.append(content);
  if (!options.token.empty()) object.tokens.emplace(options.token, object.bytes.size());
  touch(object);
  return object.bytes.size();
}

bool MemoryStorage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  call.check();
  forgetExpired();
  const std::string folder = folderOf(directory);
  // Where the names behind this one's subtree begin: keys hold no NUL, so '\x01' is the least byte to go on with.
  const auto behind = [&](std::string_view name) { return folder + std::string(name) + '\x01'; };
  const std::shared_lock lock(mutex_);
  auto at = objects_.lower_bound(options.start_after.empty() ? folder : behind(options.start_after));
  for (std::uint64_t delivered = 0; at != objects_.end() && startsWith(at->first, folder); ++delivered) {
    if (options.limit != 0 && delivered == options.limit) return true;
    const std::string_view rest = std::string_view(at->first).substr(folder.size());
    const auto slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    out.take(name, slash != rest.npos);
    at = slash == rest.npos ? std::next(at) : objects_.lower_bound(behind(name));
  }
  return false;
}

std::optional<StorageStat> MemoryStorage::stat(std::string_view key, const Call& call) {
  call.check();
  forgetExpired();
  const std::shared_lock lock(mutex_);
  const auto found = objects_.find(key);
  if (found != objects_.end()) return describe(found->second);
  if (!key.empty() && !hasChildren(key)) return std::nullopt;
  StorageStat directory;  // the root is there even when it is empty
  directory.is_directory = true;
  return directory;
}

bool MemoryStorage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  call.check();
  forgetExpired();
  const std::unique_lock lock(mutex_);
  const auto found = objects_.find(key);
  if (found != objects_.end()) {
    objects_.erase(found);
    return true;
  }
  if (!key.empty() && !hasChildren(key)) return false;
  if (!options.recursive) throw Error(ErrorCode::IsADirectory, "it is a directory; remove it recursively");
  // The subtree begins with the key and a '/', so that "c1" does not take "c10" along.
  const std::string folder = folderOf(key);
  const auto first = objects_.lower_bound(folder);
  auto last = first;
  while (last != objects_.end() && startsWith(last->first, folder)) ++last;
  objects_.erase(first, last);
  return true;
}

StorageStat MemoryStorage::describe(const Object& object) {
  StorageStat result;
  result.size = object.bytes.size();
  result.modified = object.modified;
  result.version = Version(std::to_string(object.version));
  return result;
}

/// Drop what has outlived its time, so that nothing below has to think of it.
void MemoryStorage::forgetExpired() {
  const auto now = Clock::now();
  if (now < next_expiry_.load()) return;
  const std::unique_lock lock(mutex_);
  auto next = Clock::time_point::max();
  for (auto at = objects_.begin(); at != objects_.end();) {
    const auto expires = at->second.expires;
    if (expires > now) next = std::min(next, expires);
    at = expires > now ? std::next(at) : objects_.erase(at);
  }
  next_expiry_ = next;
}

bool MemoryStorage::hasChildren(std::string_view key) const {
  const std::string folder = folderOf(key);
  const auto first = objects_.lower_bound(folder);
  return first != objects_.end() && startsWith(first->first, folder);
}

/// Refuse a key that can't hold a file: it is a directory, or lies below a file.
void MemoryStorage::checkPlace(std::string_view key) const {
  if (hasChildren(key)) throw Error(ErrorCode::IsADirectory, "it is a directory");
  for (auto above = path::parent(key); !above.empty(); above = path::parent(above)) {
    if (objects_.find(above) != objects_.end()) {
      throw Error(ErrorCode::NotADirectory, "'" + std::string(above) + "' above it is a file");
    }
  }
}

MemoryStorage::Object& MemoryStorage::place(std::string_view key) { return objects_[std::string(key)]; }

/// A new version for each change, from one counter: an object that is removed and made again never looks unchanged.
void MemoryStorage::touch(Object& object) {
  object.version = ++last_version_;
  object.modified = std::chrono::system_clock::now();
}

}  // namespace tally::examples
