#pragma once
// A reference to one run over a conversation: an evaluation report ("tally") or a trajectory run ("trajectory").

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tally/api.hpp"
#include "tally/documents.hpp"
#include "tally/storage.hpp"

namespace tally {

enum class RunType { Tally, Trajectory };
TALLY_API std::string_view nameOf(RunType type) noexcept;
/// The type of that name, as written by nameOf(); nothing for any other text.
TALLY_API std::optional<RunType> parseRunType(std::string_view text) noexcept;

/// A cheap value; data is loaded on demand. Keeps the storage open.
/// Threads: const methods from any, others from one at a time, as with std::string.
class TALLY_API RunRef {
 public:
  RunRef(std::shared_ptr<IStorage> storage, std::string path, std::string id, RunType type)
      : storage_(std::move(storage)), path_(std::move(path)), id_(std::move(id)), type_(type) {}

  const std::string& id() const noexcept { return id_; }
  /// The key of its document: "conversations/c/runs/tally/r.json".
  const std::string& path() const noexcept { return path_; }
  RunType type() const noexcept { return type_; }
  /// When the run was made, if its id says so ("run-1768843769100-kla25ar"); nothing is guessed.
  std::optional<std::chrono::system_clock::time_point> timestamp() const noexcept;

  /// Read the run. A newer schemaVersion or a schema fault is a finding, not an error.
  /// Errors: NotFound; Corrupt if it is not JSON, with the position. Cost: one read.
  Document load(const Call& call = {}) const;

  /// Check strictly and write; faults that were loaded don't count, see Document::findings. A document that was loaded
  /// is written only over the version it was loaded from, where the backend has versions; a fresh one (see
  /// Document::stored) creates. Updates `run.version()`.
  /// Errors: InvalidDocument lists the faults, nothing written; AlreadyExists; Conflict, also where the run was removed
  /// since it was loaded and the backend has versions; NotFound if its conversation was removed. Cost: one write; one
  /// stat more where it creates, or where the backend has no versions.
  void save(Document& run, const Call& call = {}) const;
  /// Write over whatever is stored, without a look at versions. Errors: InvalidDocument; NotFound if its conversation
  /// was removed. Cost: one stat and one write.
  void overwrite(Document& run, const Call& call = {}) const;

  /// Remove the run. Returns whether it existed. Errors: the backend's. Cost: one remove.
  bool remove(const Call& call = {}) const;

 private:
  std::shared_ptr<IStorage> storage_;
  std::string path_, id_;
  RunType type_;
};

}  // namespace tally
