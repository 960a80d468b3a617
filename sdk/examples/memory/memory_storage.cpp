#include "memory_storage.hpp"

#include <mutex>
#include <shared_mutex>

namespace tally::examples {

Capabilities MemoryStorage::capabilities() const noexcept {
  // Not KeepsEmptyDirectories: directories are inferred. Not SurvivesPowerLoss, for obvious reasons.
  return {Capability::CreateExclusive, Capability::IfVersion,   Capability::TimeToLive,
          Capability::AppendAt,        Capability::AppendToken, Capability::ModifiedTime};
}

StorageStat MemoryStorage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  call.check();  // a cancelled or late call does nothing at all
  objects_.forgetExpired();
  const std::shared_lock lock(objects_.mutex);
  const auto* const found = objects_.find(key);
  if (found == nullptr) {
    // A directory is there, but it has no bytes: another answer than "nothing there".
    if (objects_.hasChildren(key)) throw Error(ErrorCode::IsADirectory, "it is a directory");
    throw Error(ErrorCode::NotFound, "there is no such object");
  }
  const std::string_view bytes = found->bytes;
  if (range.offset > bytes.size()) {
    throw Error(ErrorCode::RangeNotSatisfied, "the range begins behind the end, at " + std::to_string(range.offset) +
                                                  " of " + std::to_string(bytes.size()) + " bytes");
  }
  out.put(bytes.substr(range.offset, range.length));  // clipped at the end by substr
  return MemoryObjects::describe(*found);
}

Version MemoryStorage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                             const Call& call) {
  call.check();
  objects_.forgetExpired();
  // One lock around looking and writing: a condition that is checked before the lock is no condition.
  const std::unique_lock lock(objects_.mutex);
  objects_.checkPlace(key);
  const auto* const found = objects_.find(key);
  if (options.if_absent && found != nullptr) throw Error(ErrorCode::AlreadyExists, "it exists already");
  if (options.if_version) {
    const bool same = found != nullptr && MemoryObjects::describe(*found).version == *options.if_version;
    if (!same) throw Error(ErrorCode::Conflict, "it is not in the expected version");
  }
  const auto expires = options.time_to_live ? Clock::now() + *options.time_to_live : Clock::time_point::max();
  return MemoryObjects::describe(objects_.replace(key, content, expires)).version;
}

std::optional<std::uint64_t> MemoryStorage::append(std::string_view key, std::string_view content,
                                                   const AppendOptions& options, const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::unique_lock lock(objects_.mutex);
  objects_.checkPlace(key);
  const auto* const found = objects_.find(key);
  const std::uint64_t size = found == nullptr ? 0 : found->bytes.size();
  if (found != nullptr && !options.token.empty()) {
    // A repeated append has landed already. This comes before expected_size, which no longer holds then.
    const auto landed = found->tokens.find(options.token);
    if (landed != found->tokens.end()) return landed->second;
  }
  if (options.expected_size && *options.expected_size != size) {
    throw Error(ErrorCode::Conflict, "it has " + std::to_string(size) + " bytes, not " +
                                         std::to_string(*options.expected_size) + " as expected");
  }
  auto& object = objects_.append(key, content);
  if (!options.token.empty()) object.tokens.emplace(options.token, object.bytes.size());
  return object.bytes.size();
}

bool MemoryStorage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::string folder = MemoryObjects::folderOf(directory);
  const auto& objects = objects_.map;
  // Where the names behind this one's subtree begin: keys hold no NUL, so '\x01' is the least byte to go on with.
  const auto behind = [&](std::string_view name) { return folder + std::string(name) + '\x01'; };
  const std::shared_lock lock(objects_.mutex);
  auto at = objects.lower_bound(options.start_after.empty() ? folder : behind(options.start_after));
  for (std::uint64_t delivered = 0; at != objects.end() && MemoryObjects::startsWith(at->first, folder); ++delivered) {
    if (options.limit != 0 && delivered == options.limit) return true;
    const std::string_view rest = std::string_view(at->first).substr(folder.size());
    const auto slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    out.take(name, slash != rest.npos);
    at = slash == rest.npos ? std::next(at) : objects.lower_bound(behind(name));
  }
  return false;
}

std::optional<StorageStat> MemoryStorage::stat(std::string_view key, const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::shared_lock lock(objects_.mutex);
  const auto* const found = objects_.find(key);
  if (found != nullptr) return MemoryObjects::describe(*found);
  if (!key.empty() && !objects_.hasChildren(key)) return std::nullopt;
  StorageStat directory;  // the root is there even when it is empty
  directory.is_directory = true;
  return directory;
}

bool MemoryStorage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::unique_lock lock(objects_.mutex);
  auto& objects = objects_.map;
  const auto found = objects.find(key);
  if (found != objects.end()) {
    objects_.erase(found, std::next(found));
    return true;
  }
  if (!key.empty() && !objects_.hasChildren(key)) return false;
  if (!options.recursive) throw Error(ErrorCode::IsADirectory, "it is a directory; remove it recursively");
  // The subtree begins with the key and a '/', so that "c1" does not take "c10" along.
  const std::string folder = MemoryObjects::folderOf(key);
  const auto first = objects.lower_bound(folder);
  auto last = first;
  while (last != objects.end() && MemoryObjects::startsWith(last->first, folder)) ++last;
  objects_.erase(first, last);
  return true;
}

void* MemoryStorage::extension(std::string_view id) {
  if (id == Batch::kId) return static_cast<Batch*>(&batch_);
  if (id == AppendStreams::kId) return static_cast<AppendStreams*>(&append_streams_);
  if (id == Follow::kId) return static_cast<Follow*>(&follow_);
  if (id == ConsumerGroups::kId) return static_cast<ConsumerGroups*>(&consumer_groups_);
  if (id == Leases::kId) return static_cast<Leases*>(&leases_);
  if (id == Health::kId) return static_cast<Health*>(&health_);
  return nullptr;
}

}  // namespace tally::examples
