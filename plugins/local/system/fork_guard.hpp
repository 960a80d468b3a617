#pragma once
// Notices that the process forked: locks and caches of the parent mean nothing in the child.

#include <sys/types.h>

namespace tally::local {

/// Remembers the process that made it.
/// Cost: one page; a check is one load where the kernel wipes that page in children (Linux 4.14), else one getpid().
class ForkGuard {
 public:
  ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
  ~ForkGuard();

  /// False in a child of the process that made the guard.
  bool isOurs() const noexcept;
  /// Errors: Closed in such a child.
  void check() const;

 private:
  const volatile char* page_ = nullptr;  // null: the kernel does not wipe
  pid_t owner_;
};

}  // namespace tally::local
