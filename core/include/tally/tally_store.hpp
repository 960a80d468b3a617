#pragma once
// TallyStore: conversations and their runs over any backend. What applications use.
//
//   conversations/{id}/meta.json                    {id, createdAt, ...}
//   conversations/{id}/conversation.jsonl           one step a line
//   conversations/{id}/stepTraces.json              optional
//   conversations/{id}/trajectory.meta.json         optional
//   conversations/{id}/runs/tally/{runId}.json
//   conversations/{id}/runs/trajectory/{runId}.json

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tally/api.hpp"
#include "tally/config.hpp"
#include "tally/conversation_ref.hpp"
#include "tally/documents.hpp"
#include "tally/storage.hpp"

namespace tally {

/// A page of conversations.
struct ListConversationsOptions {
  std::string start_after;  ///< an id; only greater ones are listed
  std::uint64_t limit = 0;  ///< 0: all
};

/// What a listing tells of a conversation.
struct ConversationSummary {
  std::size_t steps = 0, findings = 0;
  std::optional<SystemTime> changed;  ///< the last change of its steps, where the backend knows it
  std::optional<Error> error;         ///< why it could not be read; then the rest is unknown
};

/// An open store. A cheap handle: copies share the storage, which is closed with the last handle or reference.
/// Threads: any.
class TALLY_API TallyStore {
 public:
  /// Open the store that the configuration names. Errors: those of loadConfig and createStorage.
  static TallyStore open(const ConfigSource& source = {});
  static TallyStore open(const Config& config);
  /// Over a storage that exists already.
  explicit TallyStore(std::shared_ptr<IStorage> storage) : storage_(std::move(storage)) {}

  /// The conversations in byte order of their ids, also ids of more than 128 bytes, up to 255. Other folders whose name
  /// is no legal id (hidden ones) are left out.
  /// Errors: the backend's; a failure never looks like an empty store. Cost: one listing of one directory.
  std::vector<ConversationRef> listConversations(const ListConversationsOptions& options = {},
                                                 const Call& call = {}) const;

  /// Summaries of conversations of this store, in their order. Steps and findings are counted in the stored bytes,
  /// since no index of them is kept; meta.json is not looked at. One that was removed meanwhile has no steps; one that
  /// can't be read carries its error.
  /// Errors: those that are not about one conversation: Unavailable, Timeout, Cancelled, Unauthenticated, and whatever
  /// the backend throws for all of them. Cost: reads each of them, all in one call where the backend offers Batch; the
  /// memory of one conversation at a time.
  std::vector<ConversationSummary> summarize(std::span<const ConversationRef> conversations,
                                             const Call& call = {}) const;

  /// A conversation, or nothing when it does not exist. Errors: InvalidId. Cost: one stat.
  std::optional<ConversationRef> getConversation(std::string_view id, const Call& call = {}) const;

  /// Create a conversation by writing its meta.json, exclusively. On a backend without exclusive creation it is looked
  /// for first, which does not protect against a writer at the same instant. A folder without meta.json is given one,
  /// and keeps what it holds.
  /// Errors: InvalidId, also above 128 bytes; AlreadyExists if there is a meta.json. Cost: one write.
  ConversationRef createConversation(std::string_view id, const Call& call = {}) const;

  /// Save to conversation.folder(), see ConversationRef::save; a fresh one is created first if needed. An existing
  /// meta.json stays as it is, and so does a new one when the steps can't be written: then the conversation has none.
  /// Errors: InvalidId; those of ConversationRef::save. Cost: two writes at most.
  ConversationRef saveConversation(Conversation& conversation, const Call& call = {}) const;

  /// Remove a conversation with its runs. Returns whether it existed. Errors: InvalidId. Cost: one recursive remove.
  bool removeConversation(std::string_view id, const Call& call = {}) const;

  /// trajectory.meta.json, by the rules of RunRef::save. Save it before the first step, step traces behind their steps,
  /// and the trajectory run at the end: then whoever finds the run finds all of it, also after a crash.
  /// Errors: InvalidId; InvalidDocument with the faults, nothing written; AlreadyExists; Conflict; NotFound if there is
  /// no such conversation. Cost: as RunRef::save.
  void saveTrajectoryMeta(std::string_view id, Document& meta, const Call& call = {}) const;
  /// Nothing when absent; faults are findings. Errors: InvalidId; Corrupt if it is not JSON. Cost: one read.
  std::optional<Document> loadTrajectoryMeta(std::string_view id, const Call& call = {}) const;
  /// stepTraces.json, likewise.
  void saveTrajectoryStepTraces(std::string_view id, Document& traces, const Call& call = {}) const;
  std::optional<Document> loadTrajectoryStepTraces(std::string_view id, const Call& call = {}) const;

  /// The storage below, for tools that move bytes.   Lifetime: that of the handles and references; a TallyStore made
  /// for one expression may be the last of them.
  IStorage& storage() const noexcept { return *storage_; }

 private:
  std::shared_ptr<IStorage> storage_;
};

/// Whether a text can be a new conversation or run id: UTF-8 without '/', control characters or a leading dot, 1 to 128
/// bytes; blanks, backslashes, colons and endings like ".json" are fine. A run can't be called "index", since tools
/// keep index.json beside the runs. What is stored already is found up to the length of a file name: 255 bytes for
/// conversations, 250 for runs. Returns what is wrong, or an empty view. Threads: any. Cost: one pass.
[[nodiscard]] TALLY_API std::string_view idProblem(std::string_view id) noexcept;

/// A fresh run id that sorts by time: "run-" + 13 digits of milliseconds + "-" + 7 characters of random bits.
/// Threads: any. Cost: one call for the time, a few for random bits.
TALLY_API std::string newRunId();

}  // namespace tally
