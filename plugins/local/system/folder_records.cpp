#include "local/system/folder_records.hpp"

#include <dirent.h>

#include <cerrno>

#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{32} * 1024;  // more gains nothing

}  // namespace

FolderRecords::FolderRecords(int folder, const Call& call) {
  for (;;) {
    call.check();
    std::unique_ptr<char[]> block(new char[kBlockBytes]);
    const ssize_t bytes = ::getdents64(folder, block.get(), kBlockBytes);
    // A folder that was removed after it was opened has nothing in it.
    if (bytes < 0 && errno != ENOENT) throw systemError(errno, "can't read the folder");
    if (bytes <= 0) return;
    take(block.get(), static_cast<std::size_t>(bytes));
    blocks_.push_back(std::move(block));
  }
}

void FolderRecords::take(char* block, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes;) {
    const auto* entry = reinterpret_cast<const dirent64*>(block + at);
    at += entry->d_reclen;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    records_.push_back({name.data(), static_cast<std::uint16_t>(name.size()), entry->d_type});
  }
}

}  // namespace tally::local
