// The optional abilities of the storage.

#include <utility>

#include "s2/records/record.hpp"
#include "s2/s2_storage.hpp"
#include "s2/storage/append_stream.hpp"
#include "s2/storage/follower.hpp"
#include "s2/storage/health.hpp"
#include "s2/storage/lease.hpp"
#include "s2/storage/side_by_side.hpp"

namespace tally::s2 {
namespace {

void deliver(std::size_t count, SideBySide::Work work, BatchSink& out, const Call& call) {
  call.check();
  SideBySide run(count, std::move(work));
  while (const auto done = run.next()) {
    const auto& [index, outcome] = *done;
    if (outcome.error) {
      out.fail(index, *outcome.error);
    } else {
      out.take(index, outcome.content, outcome.stat);
    }
  }
}

Error absent() { return Error(ErrorCode::NotFound, "there is no such object"); }

/// Behind all that is there: of which nothing is known but that it may be cut.
FollowPoint endOf(const StreamState& state) {
  FollowPoint point;
  if (!state.holdsRecords()) return point;
  point.delivered = state.tail.seq_num;
  point.timestamp = state.tail.timestamp;
  point.lowest = 0;
  point.read_from = state.tail.seq_num - 1;
  return point;
}

/// The name of a stream that nobody has.
std::string unusedName(const std::string& folder) {
  std::string name = folder + "tally-health-";
  for (const char byte : randomId()) name += std::to_string(static_cast<unsigned char>(byte));
  return name;
}

}  // namespace

void S2Storage::readMany(const Keys& keys, BatchSink& out, const Call& call) {
  const auto work = [&](std::size_t index) {
    Outcome outcome;
    {
      StringSink sink(outcome.content);
      outcome.stat = read(keys[index], {}, sink, call);
    }
    return outcome;
  };
  deliver(keys.size(), work, out, call);
}

void S2Storage::writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                          BatchSink& out, const Call& call) {
  const auto work = [&](std::size_t index) {
    Outcome outcome;
    outcome.stat.version = write(keys[index], contents[index], options, call);
    return outcome;
  };
  deliver(keys.size(), work, out, call);
}

void S2Storage::statMany(const Keys& keys, BatchSink& out, const Call& call) {
  const auto work = [&](std::size_t index) {
    const auto found = stat(keys[index], call);
    if (!found) throw absent();
    return Outcome{{}, *found, {}};
  };
  deliver(keys.size(), work, out, call);
}

void S2Storage::removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) {
  const auto work = [&](std::size_t index) {
    if (!remove(keys[index], options, call)) throw absent();
    return Outcome();
  };
  deliver(keys.size(), work, out, call);
}

std::unique_ptr<AppendStream> S2Storage::openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                          const Call& call) {
  call.check();
  std::string stream = names_.streamOf(key);
  if (!places_.check(key, stream, call).holdsRecords()) {
    // A session that begins on a stream that is just being deleted may never be answered.
    api_.awaitDeletion(stream, call);
    memory_.forget(stream);
    memory_.seen(stream, {}, 0);
  }
  return std::make_unique<S2AppendStream>(api_, memory_, std::move(stream), options);
}

std::unique_ptr<Follower> S2Storage::openFollower(std::string_view key, const FollowOptions& options,
                                                  const Call& call) {
  call.check();
  std::string stream = names_.streamOf(key);
  const auto cursor = options.cursor.empty() ? std::nullopt : std::optional(parseCursor(stream, options.cursor));
  const std::string folder = names_.folderOf(key);
  Pending own = api_.beginState(stream), below = api_.beginNames(folder, "", 1);
  const StreamState state = api_.finishState(stream, own, call);
  const bool is_directory = api_.finishAny(folder, below, call);
  if (!state.holdsRecords() && is_directory) throw Error(ErrorCode::IsADirectory, "it is a directory");
  if (!state.holdsRecords() && options.must_exist) throw absent();
  const FollowPoint from = cursor ? *cursor : options.from_end ? endOf(state) : FollowPoint();
  return std::make_unique<S2Follower>(api_, std::move(stream), from, state.exists);
}

std::unique_ptr<Lease> S2Storage::acquireLease(std::string_view key, std::string_view owner,
                                               const LeaseOptions& options, const Call& call) {
  call.check();
  return std::make_unique<S2Lease>(S2Lease::Parts{api_, memory_, writer_}, key, names_.streamOf(key), owner, options,
                                   call);
}

void S2Storage::checkHealth(HealthSink& out, const Call& call) {
  call.check();
  const std::string folder = names_.folderOf("");
  checkBasin(api_, folder, unusedName(folder), out, call);
}

}  // namespace tally::s2
