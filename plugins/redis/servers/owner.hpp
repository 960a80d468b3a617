#pragma once
// The process that opened a storage: its connections mean nothing to another one.

#include <sys/types.h>
#include <unistd.h>

#include "tally/call.hpp"

namespace tally::redis {

class Owner {
 public:
  /// The start of every call. Errors: Closed in a child of fork(); Cancelled; Timeout.
  void begin(const Call& call) const {
    if (!isHere()) {
      throw Error(ErrorCode::Closed, "the storage was opened before the process forked; open one in the child");
    }
    call.check();
  }

  /// Whether this is the process that opened the storage, and no child of fork().
  bool isHere() const noexcept { return ::getpid() == process_; }

 private:
  const pid_t process_ = ::getpid();
};

}  // namespace tally::redis
