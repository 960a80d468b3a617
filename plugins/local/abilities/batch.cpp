#include "local/abilities/batch.hpp"

#include <fcntl.h>

#include <algorithm>
#include <new>
#include <optional>
#include <unordered_map>

#include "local/abilities/parallel.hpp"
#include "local/files/removal.hpp"
#include "local/files/replace.hpp"
#include "local/root/keys.hpp"
#include "local/system/system_error.hpp"
#include "tally/path.hpp"

namespace tally::local {
namespace {

constexpr std::size_t kThreads = 8;  // more gains little: the file system commits what has gathered meanwhile

// What became of each item, told once the folders are synced.
class Outcomes {
 public:
  Outcomes(const Root& root, const Batch::Keys& keys) : root_(root), keys_(keys), items_(keys.size()) {
    for (const auto key : keys) ++shares_[path::parent(key)];
  }

  // Threads: any, for different items.
  template <typename Change>
  void attempt(std::size_t index, Change&& change) noexcept {
    Item& item = items_[index];
    try {
      checkKey(keys_[index]);
      change(item.stat);
    } catch (const Error& error) {
      item.failure = error;
    } catch (const std::bad_alloc&) {
      item.failure = Error(ErrorCode::Exhausted, "no memory is left");
    }
  }

  // Whether no other item is in the folder of this one, so that its own thread may as well sync it.
  bool isAlone(std::size_t index) const { return shares_.at(path::parent(keys_[index])) == 1; }

  void syncShared() {
    if (!root_.durable()) return;
    for (const auto& [folder, count] : shares_) {
      if (count == 1) continue;
      if (const auto failure = sync(folder)) failAll(folder, *failure);
    }
  }

  void tell(BatchSink& out) const {
    for (std::size_t index = 0; index < items_.size(); ++index) {
      const Item& item = items_[index];
      item.failure ? out.fail(index, *item.failure) : out.take(index, {}, item.stat);
    }
  }

 private:
  struct Item {
    std::optional<Error> failure;
    StorageStat stat;
  };

  std::optional<Error> sync(std::string_view folder) const {
    try {
      const UniqueFd opened = root_.open(folder, {O_RDONLY | O_DIRECTORY});
      if (!opened && errno == ENOENT) return std::nullopt;  // removed since, with all that was in it
      if (!opened) throw syncError(errno, "can't open the folder to sync it");
      root_.syncFolder(opened.get());
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    }
  }

  void failAll(std::string_view folder, const Error& failure) {
    for (std::size_t index = 0; index < items_.size(); ++index) {
      if (path::parent(keys_[index]) == folder && !items_[index].failure) items_[index].failure = failure;
    }
  }

  const Root& root_;
  const Batch::Keys& keys_;
  std::vector<Item> items_;
  std::unordered_map<std::string_view, std::size_t> shares_;  // items in each folder
};

}  // namespace

void writeFiles(StoreParts& parts, const Batch::Keys& keys, const std::vector<std::string_view>& contents,
                const WriteOptions& options, BatchSink& out, const Call& call) {
  Outcomes outcomes(parts.root, keys);
  const std::size_t threads = parts.root.durable() ? std::clamp<std::size_t>(keys.size() / 2, 1, kThreads) : 1;
  inParallel(keys.size(), threads, [&](std::size_t index) {
    outcomes.attempt(index, [&](StorageStat& stat) {
      parts.append_files.drop(keys[index]);
      const Replaced done = replaceUnsynced(parts.root, parts.journal, {keys[index], contents[index], options, call});
      if (outcomes.isAlone(index)) parts.root.syncFolder(done.folder.get());
      stat.version = done.version;
    });
  });
  outcomes.syncShared();
  outcomes.tell(out);
}

void removeFiles(StoreParts& parts, const Batch::Keys& keys, const RemoveOptions& options, BatchSink& out,
                 const Call& call) {
  Outcomes outcomes(parts.root, keys);
  for (std::size_t index = 0; index < keys.size(); ++index) {
    outcomes.attempt(index, [&](StorageStat&) {
      Removal removal(parts.root, parts.journal, parts.append_files, call);
      const bool alone = outcomes.isAlone(index);
      const bool existed = alone ? removal.remove(keys[index], options) : removal.removeUnsynced(keys[index], options);
      if (!existed) throw Error(ErrorCode::NotFound, "no such object");
    });
  }
  outcomes.syncShared();
  outcomes.tell(out);
}

}  // namespace tally::local
