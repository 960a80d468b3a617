#pragma once
// Opening by key so that nothing outside the root can be reached: by the kernel, or by a walk where it can't.

#include <sys/types.h>

#include <string_view>

#include "local/system/unique_fd.hpp"

namespace tally::local {

enum class Links {
  Refuse,  ///< any symbolic link on the way is ELOOP
  Follow,  ///< links are followed while they stay below the root; else EXDEV
};

struct OpenHow {
  int flags;
  Links links = Links::Refuse;
  mode_t mode = 0;
};

/// Whether this kernel has openat2 and lets us call it (containers may forbid it).
bool kernelConfines(int root);

/// Open `key` below `root` by one openat2. On failure the result is empty and errno says why.
UniqueFd openByKernel(int root, std::string_view key, const OpenHow& how);

/// The same with one openat a segment. Follows no link at all, whatever `how` says: ELOOP.
UniqueFd openByWalk(int root, std::string_view key, const OpenHow& how);

}  // namespace tally::local
