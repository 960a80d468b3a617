#pragma once
// A store as a folder of the user, as the original tool writes it: conversations/{id}/...

#include <filesystem>
#include <string>
#include <vector>

#include "copy.hpp"

namespace tally::cli {

struct FolderFile {
  std::string key;
  std::filesystem::path path;
  bool through_link = false;  ///< a symbolic link to a file of the same folder
};

/// Every file below `folder`/conversations, or with `all` below `folder`, in byte order of the keys. Left out, with the
/// reason in `refused`: names that are no legal keys, symbolic links that leave the folder or lead to folders, whatever
/// is neither file nor folder, and folders that can't be read. Names with kReservedPrefix are passed by. Errors:
/// NotFound if there is no such folder.
std::vector<FolderFile> scanStoreFolder(const CopyOptions& options, std::vector<Refusal>& refused);

}  // namespace tally::cli
