#pragma once
// The texts of this folder: write.lua is lua::kWrite. CMake makes their definitions.

#include <string_view>

namespace tally::redis::lua {

// Parts of scripts.
extern const std::string_view kEntries, kIndex, kTokens;
// Scripts.
extern const std::string_view kAppend, kClaim, kConfirm, kDoubt, kDrop, kLink, kNote, kRange, kRemove, kSettle, kUnlink,
    kWrite;

}  // namespace tally::redis::lua
