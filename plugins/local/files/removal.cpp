#include "local/files/removal.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "local/system/c_path.hpp"
#include "local/system/file_state.hpp"
#include "local/system/folder_records.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {

bool Removal::remove(std::string_view key, const RemoveOptions& options) {
  const UniqueFd folder = openFolder(key);
  if (!folder) return false;
  const bool existed = removeFrom(folder, key, options);
  if (existed) root_.syncFolder(folder.get());
  return existed;
}

bool Removal::removeUnsynced(std::string_view key, const RemoveOptions& options) {
  const UniqueFd folder = openFolder(key);
  return folder && removeFrom(folder, key, options);
}

// None when it is absent.
UniqueFd Removal::openFolder(std::string_view key) const {
  UniqueFd folder = root_.openParent(key);
  if (!folder && errno != ENOENT && errno != ENOTDIR) root_.fail(errno, key, "can't open the folder");
  return folder;
}

bool Removal::removeFrom(const UniqueFd& folder, std::string_view key, const RemoveOptions& options) {
  const CPath name(path::basename(key));
  const auto found = statusIn(folder.get(), name.get());
  if (!found) return false;
  if (S_ISDIR(found->st_mode) && !options.recursive) {
    throw Error(ErrorCode::IsADirectory, "this key is a folder; remove it recursively");
  }
  if (S_ISLNK(found->st_mode) && (!options.recursive || root_.leadsOutside(key))) root_.refuseLink(key);
  const std::string text(key);
  return options.recursive ? removeAny(folder.get(), name.get(), found->st_mode, text)
                           : removePlain(folder.get(), name.get(), text);
}

void Removal::removeContents() {
  const UniqueFd folder = root_.open("", {O_RDONLY | O_DIRECTORY});
  if (!folder) throw systemError(errno, "can't open the store's folder");
  removeChildren(folder.get(), "");
  root_.syncFolder(folder.get());
}

// 0 or an errno. The lock keeps the file still between somebody else's look at its version and his rename.
int Removal::unlinkFile(int folder, const char* name, const std::string& key) {
  // Foreign files may lie deeper than a key can say; nobody locks those.
  if (key.size() > path::kMaxKeyBytes) return ::unlinkat(folder, name, 0) == 0 ? 0 : errno;
  Journal::Lock lock(journal_, key, call_);
  lock.beginRemove();
  files_.drop(key);
  return ::unlinkat(folder, name, 0) == 0 ? 0 : errno;
}

bool Removal::removePlain(int folder, const char* name, const std::string& key) {
  const int failure = unlinkFile(folder, name, key);
  if (failure != 0 && failure != ENOENT) throw systemError(failure, "can't remove the file");
  return failure == 0;
}

bool Removal::removeAny(int folder, const char* name, mode_t mode, const std::string& key) {
  const int failure = S_ISDIR(mode) ? EISDIR : unlinkFile(folder, name, key);
  if (failure == EISDIR) removeFolder(folder, name, key);
  if (failure != 0 && failure != EISDIR && failure != ENOENT) throw systemError(failure, "can't remove '" + key + "'");
  return failure != ENOENT;
}

void Removal::removeFolder(int parent, const char* name, const std::string& key) {
  for (;;) {
    call_.check();
    const UniqueFd folder(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && errno == ENOENT) return;
    if (!folder) throw systemError(errno, "can't open the folder '" + key + "'");
    removeChildren(folder.get(), key);
    if (::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return;
    // Not empty: somebody created something meanwhile.
    if (errno != ENOTEMPTY && errno != EEXIST) throw systemError(errno, "can't remove the folder '" + key + "'");
  }
}

void Removal::removeChildren(int folder, const std::string& key) {
  const FolderRecords records(folder, call_);
  for (const auto& record : records.all()) {
    const bool own = key.empty() && record.text().substr(0, kReservedPrefix.size()) == kReservedPrefix;
    if (own) continue;
    call_.check();
    const std::string child = key.empty() ? record.name : key + '/' + record.name;
    removeAny(folder, record.name, record.type == DT_DIR ? S_IFDIR : S_IFREG, child);
  }
}

}  // namespace tally::local
