#pragma once
// Content above one batch: staged in many records that show nothing, then made visible by one record in one step.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "s2/storage/basin_api.hpp"

namespace tally::s2 {

/// How staged content becomes visible.
enum class Finish {
  Replace,  ///< it becomes the whole content
  Append,   ///< it is put behind the content
};

/// What came of it. Without an acknowledgement the expected state had changed before.
struct StagedLanding {
  std::optional<AppendAck> ack;
  /// Another write replaced it at once: it was there for no reader, as if it had come just before that write.
  bool overtaken = false;
  /// Just behind `ack` the content is what was put, and nothing else. Not so after a lost answer: it may have become
  /// visible before, with changes of others behind it.
  bool certain = false;
};

/// One such change. While it is staged others may write and append; they neither wait for it nor push it back.
/// Threads: one.
class StagedWriter {
 public:
  /// `content` must live until the end. It becomes visible only under `fence`, if that is set.
  StagedWriter(BasinApi& api, std::string_view stream, std::string_view content, std::optional<std::string> fence)
      : api_(api), stream_(stream), content_(content), fence_(std::move(fence)) {}

  /// Whatever others do meanwhile. Errors: OutcomeUnknown; others before anything became visible.
  /// Cost: a session, and a request to finish; a request more for each gap that others' records made.
  StagedLanding put(Finish finish, const Call& call);

  /// The same, if nothing but staged records came behind `tail` before it. `token` is that of an append.
  StagedLanding putAt(Finish finish, std::uint64_t tail, std::string_view token, const Call& call);

 private:
  /// Records of others among ours: from `begin` up to `end`.
  struct Gap {
    std::uint64_t begin, end;
  };
  enum class Verdict { Stands, Overtaken, Landed };

  void stage(const Call& call);
  std::optional<Refusal> stageOnce(const Call& call);
  void take(const AppendAck& ack);
  std::optional<AppendAck> finish(Finish how, const Call& call);
  AppendInput finishing(Finish how, bool last_try) const;
  bool isUntouched(const Gap& gap, const Call& call) const;
  Verdict judge(const Gap& gap, const Call& call) const;
  bool isOvertaken(const AppendAck& ack, const Call& call) const;
  bool isCut(const Call& call) const;

  BasinApi& api_;
  const std::string_view stream_, content_;
  const std::optional<std::string> fence_;
  TransactionId transaction_{};
  std::optional<std::uint64_t> first_;
  std::uint64_t end_ = 0;  // behind our last record
  std::vector<Gap> gaps_;
  bool certain_ = true;  // no answer was lost while finishing
};

}  // namespace tally::s2
