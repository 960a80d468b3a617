#pragma once
// The children of a directory, out of a flat list of stream names.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "s2/names/stream_names.hpp"
#include "s2/storage/basin_api.hpp"
#include "tally/storage.hpp"

namespace tally::s2 {

/// One listing of one directory.
///
/// The service sorts by stream names, the contract by keys, and the two differ: "x.json" is the stream "x", which comes
/// before "x-1", while its key comes behind. Only names that begin alike are affected: an entry that is out of place
/// has a name that the entry before it begins with. So a page is read in the service's order, and the few names that
/// might belong into it from elsewhere are asked for one by one.
/// Threads: one.
class Listing {
 public:
  Listing(BasinApi& api, const StreamNames& names, std::string_view directory)
      : api_(api), folder_(names.folderOf(directory)) {}

  /// See IStorage::list. Cost: a request for 1000 names; a subtree is passed in one request, however large it is. With
  /// a limit also a request or two for each '-', '.' and the like in the names at either end, side by side.
  bool deliver(const ListOptions& options, EntrySink& out, const Call& call);

 private:
  using Entries = std::map<std::string, bool, std::less<>>;  // name of the child -> whether it is a directory

  void readPage(const Call& call);
  void take(const StreamName& stream);
  void add(std::string_view name, bool is_directory);
  void addEarlier(const Call& call);
  void addBetween(std::string_view last, const Call& call);
  bool isRead(std::uint64_t limit) const;

  BasinApi& api_;
  const std::string folder_;  // what the names of all streams begin with
  std::string start_after_;   // of the entries
  std::string position_;      // the last name read, or the end of a subtree that was passed
  std::string passed_;        // the last name read, without the folder; names up to it have been seen
  std::size_t page_size_ = 1000;
  bool at_end_ = false;
  Entries entries_;
};

}  // namespace tally::s2
