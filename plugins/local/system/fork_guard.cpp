#include "local/system/fork_guard.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "tally/error.hpp"

namespace tally::local {
namespace {
constexpr std::size_t kPageBytes = 4096;
}

ForkGuard::ForkGuard() : owner_(::getpid()) {
  void* page = ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return;
  if (::madvise(page, kPageBytes, MADV_WIPEONFORK) != 0) {
    ::munmap(page, kPageBytes);
    return;
  }
  *static_cast<char*>(page) = 1;
  page_ = static_cast<const char*>(page);
}

ForkGuard::~ForkGuard() {
  if (page_ != nullptr) ::munmap(const_cast<char*>(page_), kPageBytes);
}

bool ForkGuard::isOurs() const noexcept { return page_ != nullptr ? *page_ == 1 : ::getpid() == owner_; }

void ForkGuard::check() const {
  if (isOurs()) return;
  throw Error(ErrorCode::Closed, "the store was opened before this process was forked; open it again in the child");
}

}  // namespace tally::local
