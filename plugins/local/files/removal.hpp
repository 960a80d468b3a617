#pragma once
// Removing one file, or everything below a folder, without ever following a link.

#include <string>
#include <string_view>

#include "local/files/append_files.hpp"
#include "local/journal/journal.hpp"
#include "local/root/root.hpp"
#include "tally/storage.hpp"

namespace tally::local {

/// One call of IStorage::remove. The root must be there.
class Removal {
 public:
  Removal(const Root& root, Journal& journal, AppendFiles& files, const Call& call) noexcept
      : root_(root), journal_(journal), files_(files), call_(call) {}

  /// Errors: as IStorage::remove. Somebody who creates below the folder meanwhile makes it take longer, not fail.
  bool remove(std::string_view key, const RemoveOptions& options);
  /// The same, but the folder above is left to the caller, to be synced where the store is durable.
  bool removeUnsynced(std::string_view key, const RemoveOptions& options);
  /// Everything in the store but its journal.
  void removeContents();

 private:
  UniqueFd openFolder(std::string_view key) const;
  bool removeFrom(const UniqueFd& folder, std::string_view key, const RemoveOptions& options);
  int unlinkFile(int folder, const char* name, const std::string& key);
  bool removePlain(int folder, const char* name, const std::string& key);
  bool removeAny(int folder, const char* name, mode_t mode, const std::string& key);
  void removeFolder(int parent, const char* name, const std::string& key);
  void removeChildren(int folder, const std::string& key);

  const Root& root_;
  Journal& journal_;
  AppendFiles& files_;
  const Call& call_;
};

}  // namespace tally::local
