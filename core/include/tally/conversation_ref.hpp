#pragma once
// A reference to one conversation and the way to its runs.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tally/api.hpp"
#include "tally/documents.hpp"
#include "tally/run_ref.hpp"
#include "tally/step_follower.hpp"
#include "tally/storage.hpp"

namespace tally {

/// What createRun needs. Without an id a new one is made from time and random bits.
struct CreateRunOptions {
  RunType type = RunType::Tally;
  std::optional<std::string> id;
};

struct AppendStepsOptions {
  /// Names this append, at most 64 bytes: repeated with the same token, after an OutcomeUnknown for instance, it lands
  /// once. Unsupported where the backend has no AppendToken.
  std::string_view token = {};
};

/// A cheap value; data is loaded on demand. Keeps the storage open.
/// Threads: const methods from any, others from one at a time, as with std::string.
class TALLY_API ConversationRef {
 public:
  ConversationRef(std::shared_ptr<IStorage> storage, std::string path, std::string id)
      : storage_(std::move(storage)), path_(std::move(path)), id_(std::move(id)) {}

  const std::string& id() const noexcept { return id_; }
  const std::string& path() const noexcept { return path_; }

  /// Read the steps. A conversation that was created and has no steps yet loads as an empty one; odd content is
  /// reported in findings(). Errors: NotFound if there is no such conversation. Cost: one read; one stat more when
  /// there are no steps.
  Conversation load(const Call& call = {}) const;

  /// Write all steps in one visible step. A conversation that was loaded is written only over the version it was
  /// loaded from, where the backend has versions; a fresh one creates. Updates `conversation.version()`.
  /// A backend without exclusive creation is asked first, which does not protect against a writer at the same instant.
  /// Errors: AlreadyExists; Conflict, also where the conversation was removed since it was loaded and the backend has
  /// versions; NotFound if there is no such conversation (a fresh one: TallyStore::saveConversation creates it);
  /// InvalidDocument if its folder() is another one. Cost: one write; one stat more where it creates, or where the
  /// backend has no versions.
  void save(Conversation& conversation, const Call& call = {}) const;
  /// Write over whatever is stored, without a look at versions.
  /// Errors: InvalidDocument if its folder() is another one; NotFound if there is no such conversation any more.
  /// Cost: one stat and one write.
  void overwrite(Conversation& conversation, const Call& call = {}) const;

  /// Add one step behind the last, durable on return. The rest is neither read nor rewritten, but for the last byte
  /// when this reference appends for the first time or somebody else has written since: a file without a final line
  /// feed stays valid. Steps of several writers never mix. What others do between two appends of one reference is
  /// noticed by the size alone: who rewrites the file to the same size and leaves out the last line feed gets the next
  /// step on that line, an InvalidLine for readers. Where the backend has no AppendAt the last byte is read each time,
  /// which does not protect against a writer at the same instant.
  /// The first step of a conversation that has no bytes yet brings its conversationMetadata along, as with
  /// Conversation::add; that of later ones is dropped.
  /// Errors: InvalidDocument; NotFound if the conversation was removed; OutcomeUnknown; Conflict when others were
  /// faster a thousand times, nothing stored.
  /// Cost: one append; the first time, and without AppendAt each time, also one stat and one read of a byte.
  void append(const Step& step, const Call& call = {});
  /// The same for several steps: all of them or none, in one append. No steps: nothing is done or looked for.
  void append(std::span<const Step> steps, const AppendStepsOptions& options = {}, const Call& call = {});

  /// Follow the steps as they are appended, by whomever. A conversation that is not there yet is waited for.
  /// Errors: Unsupported where the backend does not offer Follow; InvalidArgument for a cursor of another conversation.
  /// Cost: what opening a follower costs the backend; steps are read by StepFollower::next.
  StepFollower follow(const FollowStepsOptions& options = {}, const Call& call = {}) const;

  /// meta.json, or nothing when there is none. Errors: Corrupt if it is not JSON. Cost: one read.
  std::optional<Document> meta(const Call& call = {}) const;
  /// Save meta.json, by the rules of RunRef::save: of two who changed it one gets a Conflict.
  /// Errors: InvalidDocument with the faults, nothing written; AlreadyExists; Conflict; NotFound if there is no such
  /// conversation. Cost: as RunRef::save.
  void saveMeta(Document& meta, const Call& call = {}) const;

  /// The runs of both kinds, by kind and id. Ignores what is no run: folders, other file types, hidden files,
  /// index.json.
  /// Errors: the backend's; a failure never looks like no runs. Cost: two listings.
  std::vector<RunRef> listRuns(const Call& call = {}) const;
  /// A run by type and id, or nothing. Errors: InvalidId. Cost: one stat.
  std::optional<RunRef> getRun(RunType type, std::string_view id, const Call& call = {}) const;
  /// A run by id alone. Errors: InvalidArgument if both types have one of that id. Cost: two stats.
  std::optional<RunRef> getRun(std::string_view id, const Call& call = {}) const;
  /// A reference for a run that does not exist yet. Nothing is written before save().
  /// Errors: InvalidId, also above 128 bytes; AlreadyExists. Cost: one stat when an id is given, else none.
  RunRef createRun(const CreateRunOptions& options = {}, const Call& call = {}) const;

 private:
  /// What is known of the end of conversation.jsonl.
  struct Tail {
    std::optional<std::uint64_t> size;
    bool inside_line = false;  ///< the last byte is no line feed
  };
  /// Lines to append.
  struct Lines {
    std::string bytes;
    std::string at_start;  ///< the same with the metadata of the first step, if it has any
  };
  bool exists(const Call& call) const;
  Lines linesOf(std::span<const Step> steps) const;
  Tail readTail(std::string_view key, const Call& call) const;
  void appendOnce(std::string_view key, const Lines& lines, AppendOptions options, const Call& call);

  std::shared_ptr<IStorage> storage_;
  std::string path_, id_;
  std::optional<Tail> tail_;
};

}  // namespace tally
