#include "local_storage.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "appending.hpp"
#include "file_state.hpp"
#include "listing.hpp"
#include "removal.hpp"
#include "replace.hpp"
#include "system_error.hpp"

namespace tally::local {
namespace {

constexpr std::uint64_t kBytesBetweenChecks = std::uint64_t{8} << 20;
constexpr int kMaxReadAttempts = 3;
constexpr std::string_view kReservedInside = "/.tally~";

bool isReserved(std::string_view key) {
  return key.substr(0, kReservedPrefix.size()) == kReservedPrefix || key.find(kReservedInside) != key.npos;
}

void checkLengths(std::string_view key) {
  for (std::size_t end = 0; end != key.npos; key.remove_prefix(end == key.npos ? 0 : end + 1)) {
    end = key.find('/');
    if (std::min(end, key.size()) <= NAME_MAX) continue;
    throw Error(ErrorCode::InvalidArgument, "a segment of the key is longer than 255 bytes, the limit of file names");
  }
}

// The host has checked the key already; what could leave the root is checked again where it would.
void checkKey(std::string_view key) {
  path::check(key);
  if (key.size() > NAME_MAX) checkLengths(key);
  if (!isReserved(key)) return;
  throw Error(ErrorCode::InvalidArgument, "names that begin with '.tally~' are the storage's own; choose another");
}

// Fill `room` from the file; fewer bytes only at the end of the file.
std::uint64_t readAt(int fd, char* room, std::uint64_t offset, std::uint64_t length, const Call& call) {
  std::uint64_t done = 0;
  while (done < length) {
    const auto part = static_cast<std::size_t>(std::min(length - done, kBytesBetweenChecks));
    const ssize_t got = ::pread(fd, room + done, part, static_cast<off_t>(offset + done));
    if (got < 0 && errno != EINTR) throw systemError(errno, "can't read the file");
    if (got == 0) break;
    if (got > 0) done += static_cast<std::uint64_t>(got);
    if (done < length) call.check();
  }
  return done;
}

}  // namespace

LocalStorage::LocalStorage(const Settings& settings) : root_(settings), journal_(root_) {}

void LocalStorage::begin(const Call& call) const {
  fork_guard_.check();
  call.check();
}

LocalStorage::Opened LocalStorage::openForReading(std::string_view key, int flags) const {
  UniqueFd fd = root_.open(key, {flags});
  if (fd || errno != ELOOP) return {std::move(fd), std::string(key)};
  fd = root_.open(key, {flags, Links::Follow});
  if (!fd && errno != ENOENT) root_.fail(errno, key, "can't open the file");
  std::string target = fd ? root_.keyOf(fd.get()) : std::string();
  return {std::move(fd), target.empty() ? std::string(key) : std::move(target)};
}

StorageStat LocalStorage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  begin(call);
  checkKey(key);
  if (!root_.find()) throw Error(ErrorCode::NotFound, "no such object; the store is empty");
  const Opened file = openForReading(key, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.fd && (errno == ENOENT || errno == ENOTDIR)) throw Error(ErrorCode::NotFound, "no such object");
  if (!file.fd) root_.fail(errno, key, "can't open the file");
  StorageStat delivered;
  for (int attempt = 0; attempt < kMaxReadAttempts; ++attempt) {
    if (tryDeliver(file, range, out, delivered, call)) return delivered;
  }
  throw Error(ErrorCode::Unavailable, "another program shortens the file while it is read").retryable(true);
}

bool LocalStorage::tryDeliver(const Opened& file, const ByteRange& range, ByteSink& out, StorageStat& delivered,
                              const Call& call) {
  struct stat found {};
  journal_.visibleStat(file.key, file.fd.get(), found, call);
  requireFile(found.st_mode);
  delivered = describe(found);
  const std::uint64_t size = *delivered.size;
  if (range.offset > size) {
    throw Error(ErrorCode::RangeNotSatisfied, "the range begins at " + std::to_string(range.offset) +
                                                  ", but the object has " + std::to_string(size) + " bytes");
  }
  const std::uint64_t length = std::min(range.length, size - range.offset);
  if (length == 0) return true;
  char* room = out.grow(length);
  if (readAt(file.fd.get(), room, range.offset, length, call) != length) return false;
  out.commit(length);
  return true;
}

Version LocalStorage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                            const Call& call) {
  begin(call);
  checkKey(key);
  if (options.time_to_live) throw Error(ErrorCode::Unsupported, "files do not expire: time_to_live is not offered");
  if (options.if_absent && options.if_version) {
    throw Error(ErrorCode::InvalidArgument, "if_absent and if_version exclude each other; give one of them");
  }
  root_.create();
  return replaceFile(root_, journal_, {key, content, options, call});
}

std::optional<std::uint64_t> LocalStorage::append(std::string_view key, std::string_view content,
                                                  const AppendOptions& options, const Call& call) {
  begin(call);
  checkKey(key);
  if (!options.token.empty()) {
    throw Error(ErrorCode::Unsupported, "files remember no tokens; use expected_size to append once");
  }
  root_.create();
  return appendToFile(root_, journal_, append_files_, {key, content, options, call});
}

bool LocalStorage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  begin(call);
  path::checkDirectory(directory);
  if (isReserved(directory)) return false;
  checkLengths(directory);
  return root_.find() && listFolder(root_, directory, options, out, call);
}

std::optional<StorageStat> LocalStorage::stat(std::string_view key, const Call& call) {
  begin(call);
  StorageStat folder;
  folder.is_directory = true;
  if (!key.empty()) checkKey(key);
  if (!root_.find()) return key.empty() ? std::optional(folder) : std::nullopt;
  if (key.empty()) return folder;
  const Opened file = openForReading(key, O_PATH);
  if (!file.fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!file.fd) root_.fail(errno, key, "can't look at the file");
  struct stat found {};
  journal_.visibleStat(file.key, file.fd.get(), found, call);
  return describe(found);
}

bool LocalStorage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  begin(call);
  if (!key.empty()) checkKey(key);
  if (key.empty() && !options.recursive) {
    throw Error(ErrorCode::IsADirectory, "this is the whole store; remove it recursively");
  }
  if (!root_.find()) return false;
  root_.requirePresent();
  Removal removal(root_, journal_, append_files_, call);
  if (!key.empty()) return removal.remove(key, options);
  removal.removeContents();
  return true;
}

Capabilities LocalStorage::capabilities() const noexcept {
  const Capabilities base{Capability::CreateExclusive, Capability::IfVersion, Capability::AppendAt,
                          Capability::ModifiedTime, Capability::KeepsEmptyDirectories};
  if (!root_.durable()) return base;
  return Capabilities(base.bits() | Capabilities{Capability::SurvivesPowerLoss}.bits());
}

}  // namespace tally::local
