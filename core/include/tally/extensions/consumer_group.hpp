#pragma once
// Optional ability: several workers share the records of an object, each record going to one of them.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "tally/storage.hpp"

namespace tally {

/// One append as it is handed to a worker. An append above a limit of the backend comes as several records.
struct GroupRecord {
  std::string_view id;           ///< to acknowledge it by; printable ASCII, at most 255 bytes
  std::string_view content;      ///< the bytes of the append
  std::uint32_t deliveries = 1;  ///< how often it was handed out, this time included
};

/// `record` and what it views are valid until take returns.
class TALLY_API GroupSink {
 public:
  virtual ~GroupSink() = default;
  virtual void take(const GroupRecord& record) = 0;
};

/// One worker of a group. Threads: next() by one thread at a time, acknowledge() by any.
class TALLY_API GroupConsumer {
 public:
  /// What was taken and not acknowledged stays pending, for this worker's name or for whoever takes it over.
  virtual ~GroupConsumer() = default;

  /// Wait for records and deliver at most `max_records`: first those of this worker's name that were never
  /// acknowledged, once after joining; then those that others have had for too long; then new ones. Returns how many;
  /// none when the deadline passes first. Errors: Cancelled; NotFound if the group or the object is gone.
  virtual std::size_t next(GroupSink& out, std::size_t max_records, const Call& call) = 0;

  /// Say that records are done: nobody gets them again. Returns how many were still waiting for it.
  virtual std::size_t acknowledge(const std::vector<std::string_view>& ids, const Call& call) = 0;
};

struct GroupOptions {
  bool from_end = false;  ///< only records from now on; else all that are there too
};

struct GroupJoinOptions {
  /// Take over records that another worker has had for so long without acknowledging; zero: never.
  std::chrono::nanoseconds take_over_after{0};
};

struct GroupState {
  std::uint32_t consumers = 0;           ///< names that have joined
  std::uint64_t pending = 0;             ///< handed out, not acknowledged
  std::optional<std::uint64_t> waiting;  ///< not handed out yet, where known
};

/// Names of groups and workers: printable ASCII without spaces, 1 to 128 bytes; else InvalidArgument, by the host.
/// A group goes when its object is removed; whether it survives a replacement is the backend's choice.
/// Threads: any.   Lifetime: that of the storage; consumers are closed first.
class TALLY_API ConsumerGroups {
 public:
  static constexpr const char* kId = "tally.consumer_group/1";

  virtual ~ConsumerGroups() = default;
  /// Errors: AlreadyExists; NotFound if there is no such object.
  virtual void createGroup(std::string_view key, std::string_view group, const GroupOptions& options,
                           const Call& call) = 0;
  /// Returns whether it existed.
  virtual bool dropGroup(std::string_view key, std::string_view group, const Call& call) = 0;
  /// Errors: NotFound if there is no such group.
  virtual GroupState groupState(std::string_view key, std::string_view group, const Call& call) = 0;
  /// Errors: NotFound if there is no such group.
  virtual std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group,
                                                   std::string_view consumer, const GroupJoinOptions& options,
                                                   const Call& call) = 0;
};

}  // namespace tally
