#pragma once
// What a basin offers, one typed function a request. No meaning of records here.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "s2/http/client.hpp"
#include "s2/http/endpoints.hpp"
#include "s2/http/frame_session.hpp"
#include "s2/wire/messages.hpp"

namespace tally::s2 {

/// The status of a read from where nothing is yet.
inline constexpr int kAtTail = 416;

/// A name in a listing of streams.
struct StreamName {
  std::string name;
  bool deleted = false;  ///< being deleted: there no more, but not yet free
};

struct NamePage {
  std::vector<StreamName> names;
  bool has_more = false;
};

/// What the service knows of a stream without reading it. An absent one has no tail.
struct StreamState {
  bool exists = false;
  Position tail;
  /// Whether it may hold an object: a stream without records holds none.
  bool holdsRecords() const noexcept { return exists && tail.seq_num != 0; }
};

/// What a deletion met.
enum class Removal {
  Absent,   ///< there was no such stream
  Removed,  ///< there was one
  Either,   ///< there is none any more: an earlier try, whose answer was lost, may have met it
};

/// What came of one append request.
struct AppendReply {
  enum class What {
    Landed,    ///< `ack` says where
    Mismatch,  ///< another record was first; `next` is the number that was free then
    Unknown,   ///< no answer: it may have landed, or may land still; `error` says why
  } what = What::Unknown;
  AppendAck ack;
  std::uint64_t next = 0;
  std::optional<Error> error;
};

/// An operation that is tried out.
struct RightsProbe {
  std::string_view operation;  ///< in the service's words
  Pending pending;
};

struct BasinSettings {
  Endpoints endpoints;
  std::string basin;
  std::string access_token;
  bool compresses = false;            ///< requests and sessions; answers as the service likes
  bool reads_create_streams = false;  ///< as the basin is configured: asking for a tail would create the stream
  bool verifies_tls = true;
  std::chrono::milliseconds deletion_wait{90'000};  ///< how long a new object waits for the deletion of the old one
};

using TakeRecord = std::function<void(const RecordView&)>;

/// Threads: any. Errors of every function: Unavailable, Exhausted, Unauthenticated, PermissionDenied, Cancelled,
/// Timeout.
class BasinApi {
 public:
  BasinApi(BasinSettings settings, Client& client);

  /// Ask for a stream's tail; several at once by beginning all before finishing one.
  Pending beginState(std::string_view stream);
  StreamState finishState(std::string_view stream, Pending& pending, const Call& call);
  StreamState state(std::string_view stream, const Call& call);

  /// One page of names: those with `prefix` behind `start_after`. 0 < limit <= 1000.
  Pending beginNames(std::string_view prefix, std::string_view start_after, std::size_t limit);
  NamePage finishNames(Pending& pending, const Call& call);
  /// Whether there is any stream with that prefix. Cost: one request, more where many are just being deleted.
  bool finishAny(std::string_view prefix, Pending& pending, const Call& call);

  /// Whether there is a stream of that name. Never creates it. Cost: one request.
  bool finishExact(std::string_view stream, Pending& names, const Call& call);

  /// Whether there is none of that name, or it is being deleted. Cost: one request.
  bool isGone(std::string_view stream, const Call& call);

  /// Wait while a stream of that name is being deleted, as long as that is worth it. Cost: one request if there is
  /// none.
  void awaitDeletion(std::string_view stream, const Call& call);

  /// Delete a stream; one that is being deleted counts as removed. Errors: OutcomeUnknown too.
  Pending beginRemove(std::string_view stream);
  Removal finishRemove(Pending& pending, const Call& call);

  /// Send one atomic batch. Repeats only what certainly had no effect; waits while the name is still being deleted, and
  /// creates the stream where the basin doesn't do so by itself.
  AppendReply append(std::string_view stream, const AppendInput& input, const Call& call);

  /// Make an empty stream, unless there is one.
  void createStream(std::string_view stream, const Call& call);

  /// A page of records from `from` on, in one answer; at least one if there is any, up to 1 MiB. Returns whether
  /// the stream exists and has records there.
  bool readPage(std::string_view stream, std::uint64_t from, std::size_t limit, const TakeRecord& take,
                const Call& call);

  /// The records that a stream has from `from` on, as far as they fit into some 1 KiB; none where the first of them
  /// does not fit. Returns as readPage(). Like the other questions a part of several at once.
  Pending beginShortPage(std::string_view stream, std::uint64_t from);
  bool finishPage(Pending& pending, const TakeRecord& take, const Call& call);
  bool readsCreateStreams() const noexcept { return settings_.reads_create_streams; }

  /// Whether the service itself says that the stream is empty or absent. An answer without a body does not count.
  /// Errors: Unavailable also for such an answer. Cost: one request.
  bool isEmpty(std::string_view stream, const Call& call);

  /// The request of a session that delivers everything from `from` to the tail and then ends.
  Request readToTail(std::string_view stream, std::uint64_t from) const;
  /// The request of a session that delivers everything from `from` on, and then what comes.
  Request readOn(std::string_view stream, std::uint64_t from) const;
  /// The same by events.
  Request readEvents(std::string_view stream, std::uint64_t from) const;
  /// The request of a session that appends.
  Request appendSession(std::string_view stream) const;

  /// Ask how the basin is configured.
  Pending beginConfig();
  /// Ask how a stream is configured.
  Pending beginStreamConfig(std::string_view stream);
  /// Try operations on a stream that does not exist. None of them changes anything.
  std::vector<RightsProbe> beginProbes(std::string_view unused);

  Client& client() noexcept { return client_; }
  bool compresses() const noexcept { return settings_.compresses; }
  const std::string& basin() const noexcept { return settings_.basin; }
  bool verifiesTls() const noexcept { return !settings_.endpoints.secure || settings_.verifies_tls; }
  std::chrono::milliseconds deletionWait() const noexcept { return settings_.deletion_wait; }

 private:
  enum class Format { Json, Protobuf, Session, Events };

  Pending beginTail(std::string_view stream);
  Request request(Method method, std::string path, Format format) const;
  std::string recordsPath(std::string_view stream) const;
  struct Judged {
    enum class Next { Return, Repeat, Create, WaitForDeletion } next = Next::Return;
    AppendReply reply;
    Setback setback = Setback::Failure;
    bool may_be_deletion = false;  ///< the service says so of streams that it is just deleting, too
  };
  static Judged judge(Attempt&& attempt);
  static Judged judge(const Reply& reply);

  const BasinSettings settings_;
  Client& client_;
};

/// The patience with a name whose last stream is still being deleted. Threads: one.
class DeletionWait {
 public:
  explicit DeletionWait(const BasinApi& api);
  /// Wait a little. Returns false when it has been long enough. Errors: Cancelled, Timeout.
  bool again(const Call& call);

 private:
  const Call::Clock::time_point end_;
  Backoff pauses_;
};

}  // namespace tally::s2
