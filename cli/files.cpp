#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  /// Close and say whether all went well; what was written may fail as late as here.
  int close() noexcept { return ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

std::string readAll(int fd, const fs::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) throw fileError(errno, "read", path);
  if (S_ISDIR(info.st_mode)) throw fileError(EISDIR, "read", path);
  std::string bytes;
  std::size_t used = 0;
  for (;;) {
    const auto expected = static_cast<std::size_t>(info.st_size > 0 ? info.st_size : 0);
    bytes.resize(std::max({expected + 1, used + used / 2, used + std::size_t{65536}}));
    const auto got = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (got == 0) break;
    if (got < 0 && errno != EINTR) throw fileError(errno, "read", path);
    if (got > 0) used += static_cast<std::size_t>(got);
  }
  bytes.resize(used);
  return bytes;
}

std::string readFile(const fs::path& path, int flags) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (file.get() < 0) throw fileError(errno, "open", path);
  return readAll(file.get(), path);
}

void writeAndClose(Descriptor& file, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const auto written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno != EINTR) throw fileError(errno, "write", path);
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) throw fileError(errno, "sync", path);
  if (file.close() != 0) throw fileError(errno, "close", path);
}

constexpr std::string_view kTemporaryPrefix = ".tally~file-";  // of the names that no store shows

/// A name in the same folder, so that a rename puts it in place. mkstemp would ignore the umask.
fs::path temporaryBeside(const fs::path& path) {
  static unsigned counter = 0;
  const auto number = std::to_string(::getpid()) + "-" + std::to_string(counter++);
  return path.parent_path() / std::string(kTemporaryPrefix).append(number);
}

/// Whether a process that has ended left this file behind.
bool isLeftover(const fs::path& path) {
  const auto name = path.filename().string();
  if (name.rfind(kTemporaryPrefix, 0) != 0) return false;
  const long process = std::strtol(name.c_str() + kTemporaryPrefix.size(), nullptr, 10);
  return process > 0 && ::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
}

ErrorCode codeOfErrno(int number) noexcept {
  switch (number) {
    case ENOENT: return ErrorCode::NotFound;
    case EEXIST:
    case ENOTEMPTY: return ErrorCode::AlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::PermissionDenied;
    case EISDIR: return ErrorCode::IsADirectory;
    case ENOTDIR: return ErrorCode::NotADirectory;
    case ENOSPC:
    case EDQUOT: return ErrorCode::NoSpace;
    case EFBIG:
    case ENAMETOOLONG: return ErrorCode::TooLarge;
    case EMFILE:
    case ENFILE:
    case ENOMEM: return ErrorCode::Exhausted;
    default: return ErrorCode::Internal;
  }
}

}  // namespace

Error fileError(int number, std::string_view operation, const fs::path& path) {
  Error error(codeOfErrno(number), std::strerror(number));
  error.systemErrno(number).at("", operation, path.string());
  return error;
}

std::string readInput(const fs::path& path) {
  if (path == "-") return readAll(STDIN_FILENO, "standard input");
  return readFile(path, 0);
}

std::string readRegularFile(const fs::path& path) { return readFile(path, O_NOFOLLOW | O_NONBLOCK); }

void replaceFile(const fs::path& path, std::string_view content) {
  const auto temporary = temporaryBeside(path);
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) throw fileError(errno, "create", path);
  try {
    writeAndClose(file, content, path);
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw fileError(errno, "rename", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void removeLeftovers(const fs::path& folder) {
  std::error_code problem;
  std::vector<fs::path> leftovers;
  for (fs::recursive_directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    if (isLeftover(at->path())) leftovers.push_back(at->path());
  }
  for (const auto& path : leftovers) ::unlink(path.c_str());
}

void createFile(const fs::path& path, std::string_view content) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) throw fileError(errno, "create", path);
  try {
    writeAndClose(file, content, path);
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
}

}  // namespace tally::cli
