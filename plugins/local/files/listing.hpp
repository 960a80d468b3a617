#pragma once
// Listing a folder: the kernel's own records, sorted where they lie.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "journal/journal.hpp"
#include "root/root.hpp"
#include "tally/storage.hpp"

namespace tally::local {

/// All records of one open folder, but "." and "..". Names stay where the kernel put them.
class FolderRecords {
 public:
  struct Record {
    const char* name;  // ended by a NUL
    std::uint16_t size;
    unsigned char type;  // DT_*
    std::string_view text() const noexcept { return {name, size}; }
  };

  /// Read to the end. Errors: whatever getdents64 reports.
  FolderRecords(int folder, const Call& call);
  const std::vector<Record>& all() const noexcept { return records_; }

 private:
  void take(char* block, std::size_t bytes);

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<Record> records_;
};

/// Deliver the children of `directory` as IStorage::list does. The root must be there.
/// Cost: reads the whole folder, again while it changes, 12 times at most; sorts only the page asked for.
bool listFolder(const Root& root, Journal& journal, std::string_view directory, const ListOptions& options,
                EntrySink& out, const Call& call);

}  // namespace tally::local
