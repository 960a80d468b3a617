#pragma once
// How keys become stream names. The last segment loses its usual extension, as tally/sdk/physical_names.hpp says: so
// "runs/tally/run-1.json" is the stream "runs/tally/run-1", and no two keys share a stream.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tally::s2 {

/// The service's own limit.
inline constexpr std::size_t kMaxStreamNameBytes = 512;

/// The last segment of a key, from that of a stream's name; nothing for names that no key maps to.
std::optional<std::string> logicalName(std::string_view physical);

/// The key space of one storage: everything below `prefix`, or the whole basin.
/// Threads: any; constant.
class StreamNames {
 public:
  /// `prefix` as configured, a final '/' or not. Errors: InvalidConfig when it could not be a folder.
  explicit StreamNames(std::string_view prefix);

  /// The stream of a key. Errors: InvalidArgument above the service's limit.
  std::string streamOf(std::string_view key) const;
  /// What the names of all streams below a directory begin with; "" is the root.
  std::string folderOf(std::string_view directory) const;

 private:
  std::string prefix_;  // empty, or with a final '/'
};

}  // namespace tally::s2
