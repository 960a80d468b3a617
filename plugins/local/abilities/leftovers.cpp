#include "local/abilities/leftovers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>
#include <utility>
#include <vector>

#include "local/journal/journal_file.hpp"
#include "local/system/file_state.hpp"
#include "local/system/folder_records.hpp"

namespace tally::local {
namespace {

constexpr std::uint64_t kMaxNames = 100'000;
constexpr std::time_t kSeconds = 600;

bool isOwn(const FolderRecords::Record& record) {
  return record.text().substr(0, kReservedPrefix.size()) == kReservedPrefix;
}

class Search {
 public:
  Search(const Root& root, const Call& call) : root_(root), call_(call) {}

  Leftovers run() {
    while (!folders_.empty() && found_.names_seen < kMaxNames) {
      const std::string key = std::move(folders_.back());
      folders_.pop_back();
      const UniqueFd folder = root_.open(key, {O_RDONLY | O_DIRECTORY});
      if (folder) lookInto(folder.get(), key);
    }
    found_.complete = folders_.empty();
    return std::move(found_);
  }

 private:
  void lookInto(int folder, const std::string& key) {
    const FolderRecords records(folder, call_);
    found_.names_seen += records.all().size();
    for (const auto& record : records.all()) {
      std::string child = key.empty() ? std::string(record.text()) : key + '/' + std::string(record.text());
      if (child == kJournalName || child.size() > path::kMaxKeyBytes) continue;
      if (record.type == DT_DIR) {
        folders_.push_back(std::move(child));
      } else if (isOwn(record) && isOld(folder, record.name)) {
        if (found_.count++ == 0) found_.first = std::move(child);
      }
    }
  }

  bool isOld(int folder, const char* name) const {
    const auto status = statusIn(folder, name);
    return status && status->st_mtim.tv_sec < now_ - kSeconds;
  }

  const Root& root_;
  const Call& call_;
  const std::time_t now_ = std::time(nullptr);
  std::vector<std::string> folders_{""};
  Leftovers found_;
};

}  // namespace

Leftovers findLeftovers(const Root& root, const Call& call) { return Search(root, call).run(); }

}  // namespace tally::local
