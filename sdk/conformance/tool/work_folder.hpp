#pragma once
// The folder {dir} of a run: unique, with a place for each job, removed at the end.

#include <cstdint>
#include <filesystem>
#include <string>

namespace tally::conformance {

class WorkFolder {
 public:
  /// Errors: std::system_error.
  explicit WorkFolder(const std::filesystem::path& parent);
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  /// Removes it, unless this is a forked copy.
  ~WorkFolder();

  /// The folder of place `number`; clear() makes it.
  std::filesystem::path of(unsigned number) const;
  void clear(unsigned number) const;
  /// A part that no other run has: "tally-conformance-a8Bc12".
  std::string name() const { return base_.filename().string(); }
  /// Mount a file system of that size for this process alone and return its root; empty where that is not allowed.
  std::filesystem::path mountSmall(unsigned number, std::uint64_t bytes) const;

 private:
  std::filesystem::path base_;
  int owner_;
};

}  // namespace tally::conformance
