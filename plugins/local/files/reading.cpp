#include "local/files/reading.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "local/system/file_state.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

constexpr std::uint64_t kBytesARead = std::uint64_t{8} << 20;
constexpr int kMaxReadAttempts = 3;

// One attempt; false when the file became shorter meanwhile.
bool tryDeliver(Journal& journal, const OpenedFile& file, const ByteRange& range, ByteSink& out, StorageStat& delivered,
                const Call& call) {
  struct stat found {};
  if (!journal.visibleStat(file.key, file.fd.get(), found, call)) throw Error(ErrorCode::NotFound, "no such object");
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
  if (readAt(file.fd.get(), room, {range.offset, length}, call) != length) return false;
  out.commit(length);
  return true;
}

}  // namespace

OpenedFile openToRead(const Root& root, std::string_view key, int flags) {
  UniqueFd fd = root.open(key, {flags});
  if (fd || errno != ELOOP) return {std::move(fd), std::string(key)};
  fd = root.open(key, {flags, Links::Follow});
  if (!fd && errno != ENOENT && errno != ENOTDIR) root.fail(errno, key, "can't open the file");
  std::string target = fd ? root.keyOf(fd.get()) : std::string();
  return {std::move(fd), target.empty() ? std::string(key) : std::move(target)};
}

std::uint64_t readAt(int fd, char* room, const ByteRange& range, const Call& call) {
  std::uint64_t done = 0;
  while (done < range.length) {
    const auto part = static_cast<std::size_t>(std::min(range.length - done, kBytesARead));
    const ssize_t got = ::pread(fd, room + done, part, static_cast<off_t>(range.offset + done));
    if (got < 0 && errno != EINTR) throw systemError(errno, "can't read the file");
    if (got == 0) break;
    if (got > 0) done += static_cast<std::uint64_t>(got);
    if (done < range.length) call.check();
  }
  return done;
}

StorageStat readFile(const Root& root, Journal& journal, std::string_view key, const ByteRange& range, ByteSink& out,
                     const Call& call) {
  const OpenedFile file = openToRead(root, key, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.fd && (errno == ENOENT || errno == ENOTDIR)) {
    root.requirePresent();
    throw Error(ErrorCode::NotFound, "no such object");
  }
  if (!file.fd) root.fail(errno, key, "can't open the file");
  StorageStat delivered;
  for (int attempt = 0; attempt < kMaxReadAttempts; ++attempt) {
    if (tryDeliver(journal, file, range, out, delivered, call)) return delivered;
  }
  throw Error(ErrorCode::Unavailable, "another program shortens the file while it is read").retryable(true);
}

std::optional<StorageStat> statFile(const Root& root, Journal& journal, std::string_view key, const Call& call) {
  const OpenedFile file = openToRead(root, key, O_PATH);
  if (!file.fd && (errno == ENOENT || errno == ENOTDIR)) {
    root.requirePresent();
    return std::nullopt;
  }
  if (!file.fd) root.fail(errno, key, "can't look at the file");
  struct stat found {};
  if (!journal.visibleStat(file.key, file.fd.get(), found, call)) return std::nullopt;
  return describe(found);
}

}  // namespace tally::local
