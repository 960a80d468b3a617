#include "local/files/listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <deque>

#include "local/system/file_state.hpp"
#include "local/system/folder_records.hpp"

namespace tally::local {
namespace {

constexpr std::size_t kMaxPasses = 12;  // one misses up to 40 % of what is replaced all the time (btrfs)

struct Item {
  std::uint64_t prefix;  // eight bytes behind what all names share, as one number that compares like the bytes
  const FolderRecords::Record* record;
  bool is_directory;

  bool operator<(const Item& other) const noexcept {
    return prefix != other.prefix ? prefix < other.prefix : record->text() < other.record->text();
  }
};

std::uint64_t prefixOf(std::string_view text) noexcept {
  std::uint64_t word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), std::min(text.size(), sizeof word));
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word;
}

std::size_t commonLength(std::string_view a, std::string_view b) noexcept {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

bool isAscii(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; });
}

class Listing {
 public:
  Listing(const Root& root, std::string_view directory, int folder) noexcept
      : root_(root), directory_(directory), folder_(folder) {}

  void collect(const FolderRecords& records, std::string_view start_after) {
    items_.reserve(items_.size() + records.all().size());
    for (const auto& record : records.all()) {
      if (record.text() <= start_after || !isShown(record.text())) continue;
      const auto mode = modeOf(record);
      if (S_ISDIR(mode) || S_ISREG(mode)) items_.push_back({0, &record, S_ISDIR(mode)});
    }
  }

  void dropDoubles() {
    const auto text = [](const Item& item) { return item.record->text(); };
    std::stable_sort(items_.begin(), items_.end(), [&](const Item& a, const Item& b) { return text(a) < text(b); });
    const auto same = [&](const Item& a, const Item& b) { return text(a) == text(b); };
    items_.erase(std::unique(items_.begin(), items_.end(), same), items_.end());
  }

  // What an append is about to make is there when the append is whole, as for whoever reads it.
  void dropUnmade(Journal& journal, const Call& call) {
    const auto is_unmade = [&](const Item& item) {
      const std::string key = keyOf(item.record->text());
      if (item.is_directory || key.size() > path::kMaxKeyBytes || !journal.notesCreationOf(key)) return false;
      const UniqueFd file = root_.open(key, {O_PATH});
      struct stat found {};
      return file && !journal.visibleStat(key, file.get(), found, call);
    };
    items_.erase(std::remove_if(items_.begin(), items_.end(), is_unmade), items_.end());
  }

  // Whether there is more behind the first `limit`, which are sorted.
  bool sort(std::uint64_t limit) {
    addPrefixes();
    if (limit == 0 || limit >= items_.size()) {
      std::sort(items_.begin(), items_.end());
      return false;
    }
    const auto end = items_.begin() + static_cast<std::ptrdiff_t>(limit);
    std::nth_element(items_.begin(), end, items_.end());
    std::sort(items_.begin(), end);
    items_.erase(end, items_.end());
    return true;
  }

  void deliver(EntrySink& out) const {
    for (const Item& item : items_) out.take(item.record->text(), item.is_directory);
  }

 private:
  // Foreign names that are not UTF-8 can't be keys.
  static bool isShown(std::string_view name) {
    return name.substr(0, kReservedPrefix.size()) != kReservedPrefix && (isAscii(name) || path::problem(name).empty());
  }

  std::string keyOf(std::string_view name) const {
    return directory_.empty() ? std::string(name) : std::string(directory_).append(1, '/').append(name);
  }

  mode_t modeOf(const FolderRecords::Record& record) const {
    if (record.type == DT_DIR) return S_IFDIR;
    if (record.type == DT_REG) return S_IFREG;
    if (record.type == DT_LNK) return modeBehindLink(record.text());
    if (record.type != DT_UNKNOWN) return 0;
    const auto found = statusIn(folder_, record.name);
    if (!found) return 0;
    return S_ISLNK(found->st_mode) ? modeBehindLink(record.text()) : found->st_mode;
  }

  // A dangling link is absent. One that may not be followed is shown, as a file that refuses to be read.
  mode_t modeBehindLink(std::string_view name) const {
    const std::string key = keyOf(name);
    if (key.size() > path::kMaxKeyBytes) return 0;
    const UniqueFd target = root_.open(key, {O_PATH, Links::Follow});
    if (!target) return errno == ENOENT || errno == ENOTDIR ? 0 : S_IFREG;
    struct stat found {};
    return ::fstat(target.get(), &found) == 0 ? found.st_mode : S_IFREG;
  }

  void addPrefixes() {
    if (items_.empty()) return;
    const std::string_view first = items_.front().record->text();
    std::size_t shared = first.size();
    for (const Item& item : items_) shared = commonLength(first.substr(0, shared), item.record->text());
    for (Item& item : items_) item.prefix = prefixOf(item.record->text().substr(shared));
  }

  const Root& root_;
  const std::string_view directory_;
  const int folder_;
  std::vector<Item> items_;
};

// Whether names may have changed since then. What is replaced gets a new place on some file systems (tmpfs, btrfs), so
// one that was there all the time can be missed.
bool changedSince(int folder, const timespec& then) {
  const timespec& changed = statusOf(folder).st_mtim;
  return changed.tv_sec != then.tv_sec ? changed.tv_sec > then.tv_sec : changed.tv_nsec >= then.tv_nsec;
}

timespec coarseNow() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);  // as the kernel stamps files
  return now;
}

}  // namespace

bool listFolder(const Root& root, Journal& journal, std::string_view directory, const ListOptions& options,
                EntrySink& out, const Call& call) {
  const UniqueFd folder = root.open(directory, {O_RDONLY | O_DIRECTORY, Links::Follow});
  if (!folder && (errno == ENOENT || errno == ENOTDIR)) {
    root.requirePresent();
    return false;
  }
  if (!folder) root.fail(errno, directory, "can't open the folder");
  Listing listing(root, directory, folder.get());
  std::deque<FolderRecords> passes;
  for (timespec begun = coarseNow(); passes.size() < kMaxPasses; begun = coarseNow()) {
    listing.collect(passes.emplace_back(folder.get(), call), options.start_after);
    if (!changedSince(folder.get(), begun)) break;
    ::lseek(folder.get(), 0, SEEK_SET);
  }
  if (passes.size() > 1) listing.dropDoubles();
  if (passes.back().all().empty()) root.requirePresent();
  if (journal.notesCreations()) listing.dropUnmade(journal, call);
  const bool more = listing.sort(options.limit);
  listing.deliver(out);
  return more;
}

}  // namespace tally::local
