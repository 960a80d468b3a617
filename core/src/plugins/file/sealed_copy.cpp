#include "plugins/file/sealed_copy.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tally/error.hpp"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace tally::plugins {
namespace {

[[noreturn]] void failed(const char* what) {
  const int number = errno;
  const auto code =
      number == EMFILE || number == ENFILE || number == ENOMEM ? ErrorCode::Exhausted : ErrorCode::PluginLoadFailed;
  throw Error(code, std::string("no sealed copy of it in memory, which plugins.pin: strict asks for: ") + what + ": " +
                        std::strerror(number) + ". Where the system forbids this, use plugins.pin: normal")
      .systemErrno(number);
}

int memoryFile(const std::string& name) {
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const int descriptor = ::memfd_create(name.c_str(), flags | MFD_EXEC);
  // Before Linux 6.3 every such file could be run, and the flag is unknown.
  return descriptor < 0 && errno == EINVAL ? ::memfd_create(name.c_str(), flags) : descriptor;
}

}  // namespace

SealedCopy::SealedCopy(int descriptor, const std::string& name) : descriptor_(memoryFile(name)) {
  if (descriptor_ < 0) failed("memfd_create");
  try {
    struct stat facts {};
    if (::fstat(descriptor, &facts) != 0) failed("fstat");
    off_t at = 0;
    while (at < facts.st_size) {
      const auto left = static_cast<std::size_t>(facts.st_size - at);
      const ssize_t got = ::sendfile(descriptor_, descriptor, &at, left);
      if (got < 0) failed("copying");
      if (got == 0) break;
    }
    constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    if (::fcntl(descriptor_, F_ADD_SEALS, kSeals) != 0) failed("sealing");
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

SealedCopy::~SealedCopy() {
  if (!kept_) ::close(descriptor_);
}

std::filesystem::path SealedCopy::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor_);
}

}  // namespace tally::plugins
