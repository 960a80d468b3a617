#include "storage.hpp"

#include <algorithm>

namespace mystore {
namespace {

using tally::Error;
using tally::ErrorCode;

std::string placeOf(std::string_view key) {
  std::string place(key);
  std::replace(place.begin(), place.end(), '/', '\0');
  return place;
}

// What the places in a directory begin with.
std::string folderOf(std::string_view directory) { return directory.empty() ? "" : placeOf(directory) + '\0'; }

bool beginsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

tally::StorageStat describe(const std::string& bytes) {
  tally::StorageStat stat;
  stat.size = bytes.size();
  return stat;
}

}  // namespace

// Only what is true: the host refuses the options that are not named here, and the kit tests those that are.
tally::Capabilities MyStoreStorage::capabilities() const noexcept { return {tally::Capability::CreateExclusive}; }

tally::StorageStat MyStoreStorage::read(std::string_view key, const tally::ByteRange& range, tally::ByteSink& out,
                                        const tally::Call& call) {
  call.check();  // a cancelled or late call does nothing; ask again between the steps of long work
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = objects_.find(placeOf(key));
  if (found == objects_.end()) {
    if (hasChildren(key)) throw Error(ErrorCode::IsADirectory, "it is a directory");
    throw Error(ErrorCode::NotFound, "there is no such object");
  }
  const std::string_view bytes = found->second;
  if (range.offset > bytes.size()) throw Error(ErrorCode::RangeNotSatisfied, "the range begins behind the end");
  out.put(bytes.substr(range.offset, range.length));
  return describe(found->second);
}

tally::Version MyStoreStorage::write(std::string_view key, std::string_view content, const tally::WriteOptions& options,
                                     const tally::Call& call) {
  call.check();
  const std::lock_guard<std::mutex> lock(mutex_);  // a condition and its write are one step
  checkPlace(key, content.size());
  const std::string place = placeOf(key);
  if (options.if_absent && objects_.count(place) != 0) throw Error(ErrorCode::AlreadyExists, "it exists already");
  objects_[place] = content;
  return {};  // no versions
}

std::optional<std::uint64_t> MyStoreStorage::append(std::string_view key, std::string_view content,
                                                    const tally::AppendOptions& /*options*/, const tally::Call& call) {
  call.check();
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = objects_.find(placeOf(key));
  checkPlace(key, content.size() + (found == objects_.end() ? 0 : found->second.size()));
  return objects_[placeOf(key)].append(content).size();
}

bool MyStoreStorage::list(std::string_view directory, const tally::ListOptions& options, tally::EntrySink& out,
                          const tally::Call& call) {
  call.check();
  const std::string folder = folderOf(directory);
  // Where the places behind a name and what lies in it begin.
  const auto behind = [&](std::string_view name) { return folder + std::string(name) + '\x01'; };
  const std::lock_guard<std::mutex> lock(mutex_);
  auto at = objects_.lower_bound(options.start_after.empty() ? folder : behind(options.start_after));
  for (std::uint64_t delivered = 0; at != objects_.end() && beginsWith(at->first, folder); ++delivered) {
    if (options.limit != 0 && delivered == options.limit) return true;
    const std::string_view rest = std::string_view(at->first).substr(folder.size());
    const auto end = rest.find('\0');
    const std::string_view name = rest.substr(0, end);
    out.take(name, end != rest.npos);
    at = objects_.lower_bound(behind(name));
  }
  return false;
}

std::optional<tally::StorageStat> MyStoreStorage::stat(std::string_view key, const tally::Call& call) {
  call.check();
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = objects_.find(placeOf(key));
  if (found != objects_.end()) return describe(found->second);
  if (!key.empty() && !hasChildren(key)) return std::nullopt;
  tally::StorageStat directory;  // the root is always there
  directory.is_directory = true;
  return directory;
}

bool MyStoreStorage::remove(std::string_view key, const tally::RemoveOptions& options, const tally::Call& call) {
  call.check();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (objects_.erase(placeOf(key)) != 0) return true;
  if (!key.empty() && !hasChildren(key)) return false;
  if (!options.recursive) throw Error(ErrorCode::IsADirectory, "it is a directory; remove it recursively");
  const std::string folder = folderOf(key);  // with its end, so that "c1" does not take "c10" along
  const auto first = objects_.lower_bound(folder);
  auto last = first;
  while (last != objects_.end() && beginsWith(last->first, folder)) ++last;
  objects_.erase(first, last);
  return true;
}

bool MyStoreStorage::hasChildren(std::string_view key) const {
  const std::string folder = folderOf(key);
  const auto first = objects_.lower_bound(folder);
  return first != objects_.end() && beginsWith(first->first, folder);
}

// Refuse what can't be kept under a key.
void MyStoreStorage::checkPlace(std::string_view key, std::size_t size) const {
  if (size > max_bytes_) {
    throw Error(ErrorCode::TooLarge, "above the limit of " + std::to_string(max_bytes_) + " bytes");
  }
  if (hasChildren(key)) throw Error(ErrorCode::IsADirectory, "it is a directory");
  for (auto above = tally::path::parent(key); !above.empty(); above = tally::path::parent(above)) {
    if (objects_.count(placeOf(above)) == 0) continue;
    throw Error(ErrorCode::NotADirectory, "'" + std::string(above) + "' above it is a file");
  }
}

}  // namespace mystore
