#pragma once
// The steps of a conversation as they are appended.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tally/api.hpp"
#include "tally/documents.hpp"
#include "tally/extensions/follow.hpp"
#include "tally/storage.hpp"

namespace tally {

struct FollowStepsOptions {
  bool from_end = false;  ///< only steps from now on; lines and offsets of findings count from here
  std::string cursor;     ///< go on where a follower of this conversation was; goes before from_end
};

/// What became of one line, or of the whole conversation.
struct FollowedStep {
  /// Data: `step`, or `findings` alone where the line is no step. Nothing: the deadline passed first. Reset: the
  /// conversation was saved anew, all of its steps follow. Removed: it is gone; should it come again, its steps follow.
  FollowEvent event = FollowEvent::Nothing;
  std::optional<Step> step;
  std::vector<Finding> findings;  ///< of this line
};

/// Steps in the order of the file, each once: those that are there, then those that are appended. A last line that is
/// not whole yet waits for its rest; a whole one without line feed, as the original tool writes it, is delivered.
/// Keeps the storage open. Threads: one call at a time.
class TALLY_API StepFollower {
 public:
  /// Use ConversationRef::follow. `key` is that of the conversation's steps, `id` its name for findings.
  /// Errors: Unsupported where the backend can't follow; InvalidArgument for a cursor of another conversation.
  StepFollower(std::shared_ptr<IStorage> storage, const std::string& key, std::string id,
               const FollowStepsOptions& options = {}, const Call& call = {});
  StepFollower(StepFollower&& other) noexcept;
  StepFollower& operator=(StepFollower&& other) noexcept;
  ~StepFollower();

  /// Wait for the next step. With a deadline that passes first the event is Nothing.
  /// Errors: Cancelled; Corrupt; Unavailable, retryable: then the follower is as it was.   Cost: a wait only when all
  /// that came is used up; memory for what the backend delivers in one go, for the longest line, and for each gap in
  /// the numbers of the steps.
  FollowedStep next(const Call& call = {});

  /// Behind the step that next() gave last: printable ASCII, at most 400 bytes, good in another process and on another
  /// day. Cost: a string.
  std::string cursor() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace tally
