#pragma once
// The names in a folder, as the kernel tells them.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tally/call.hpp"

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

}  // namespace tally::local
