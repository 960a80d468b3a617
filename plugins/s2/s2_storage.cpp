#include "s2_storage.hpp"

#include <utility>

#include "opening.hpp"
#include "records/batches.hpp"
#include "storage/listing.hpp"
#include "storage/object_reader.hpp"
#include "storage/removal.hpp"
#include "storage/staged_writer.hpp"

namespace tally::s2 {
namespace {

/// The state of a stream: where it ends, and when its last record came. A stream that was deleted and made again has
/// other times.
Version versionOf(const Position& tail) {
  return Version(std::to_string(tail.seq_num) + '-' + std::to_string(tail.timestamp));
}

/// A version that no state has: of a value that was replaced before anybody saw it.
Version passedVersion(const Position& at) { return versionOf({at.seq_num, 0}); }

StorageStat describe(const Position& tail, std::optional<std::uint64_t> size) {
  StorageStat stat;
  stat.size = size;
  stat.modified = SystemTime(std::chrono::milliseconds(tail.timestamp));
  stat.version = versionOf(tail);
  return stat;
}

Error conflict(const std::string& why) { return Error(ErrorCode::Conflict, why + "; load it again, then decide"); }

}  // namespace

S2Storage::S2Storage(const Settings& settings, const Call& call) : S2Storage(settings, endpointsOf(settings), call) {}

S2Storage::S2Storage(const Settings& settings, Endpoints endpoints, const Call& call)
    : names_(settings.prefix),
      client_(httpSettingsOf(settings, endpoints), retryPolicyOf(settings)),
      api_(openBasin(settings, std::move(endpoints), client_, call), client_),
      places_(names_, api_, memory_),
      writer_(api_, memory_) {}

Capabilities S2Storage::capabilities() const noexcept {
  return {Capability::CreateExclusive, Capability::IfVersion,    Capability::AppendAt,
          Capability::AppendToken,     Capability::ModifiedTime, Capability::SurvivesPowerLoss};
}

StorageStat S2Storage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  const std::string stream = names_.streamOf(key);
  const Fold object = readObject(api_, stream, call);
  if (!object.exists()) {
    if (places_.isDirectory(key, call)) throw Error(ErrorCode::IsADirectory, "it is a directory");
    throw Error(ErrorCode::NotFound, "there is no such object");
  }
  const Position tail{object.next(), object.timestamp()};
  const std::uint64_t size = object.size();
  memory_.seen(stream, tail, size);
  if (range.offset > size) {
    throw Error(ErrorCode::RangeNotSatisfied, "the range begins behind the end, at " + std::to_string(range.offset) +
                                                  " of " + std::to_string(size) + " bytes");
  }
  object.copy(range, out);
  return describe(tail, size);
}

Version S2Storage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                         const Call& call) {
  call.check();
  if (options.time_to_live) {
    throw Error(ErrorCode::Unsupported, "S2 has no time to live for one object; set a retention for the basin");
  }
  const std::string stream = names_.streamOf(key);
  if (options.if_absent) return create(key, stream, content, call);
  if (options.if_version) return replaceVersion(key, stream, content, *options.if_version, call);
  return replace(key, stream, content, call);
}

/// Before the first change of a key: can it be a file?
void S2Storage::know(std::string_view key, std::string_view stream, const Call& call) {
  if (memory_.find(stream)) return;
  const StreamState state = places_.check(key, stream, call);
  memory_.seen(stream, state.tail, state.holdsRecords() ? std::nullopt : std::optional<std::uint64_t>(0));
}

Version S2Storage::replace(std::string_view key, std::string_view stream, std::string_view content, const Call& call) {
  const auto records = replaceBatch(content);
  know(key, stream, call);
  if (records.empty()) {
    const StagedLanding landing = StagedWriter(api_, stream, content).put(Finish::Replace, call);
    if (!landing.certain) {
      memory_.replaced(stream, *landing.ack, std::nullopt);
      return passedVersion(landing.ack->start);
    }
    memory_.replaced(stream, *landing.ack, content.size());
    return versionOf(landing.ack->end);
  }
  for (;; know(key, stream, call)) {
    const auto ack = writer_.put(stream, {records, std::nullopt}, call);
    if (!ack) continue;
    memory_.replaced(stream, *ack, content.size());
    return versionOf(ack->end);
  }
}

/// Replace what ends at `tail`; nothing when it has changed.
std::optional<Version> S2Storage::replaceAt(std::string_view stream, std::string_view content, std::uint64_t tail,
                                            const Call& call) {
  auto records = replaceBatch(content);
  std::optional<AppendAck> ack;
  if (records.empty()) {
    ack = StagedWriter(api_, stream, content).replaceAt(tail, call).ack;
  } else {
    ack = writer_.putAt(stream, {std::move(records), std::nullopt}, tail, call).ack;
  }
  if (!ack) return std::nullopt;
  memory_.replaced(stream, *ack, content.size());
  return versionOf(ack->end);
}

Version S2Storage::create(std::string_view key, std::string_view stream, std::string_view content, const Call& call) {
  for (;;) {
    const StreamState state = places_.check(key, stream, call);
    if (holdsObject(api_, stream, state, call)) throw Error(ErrorCode::AlreadyExists, "it exists already");
    if (const auto version = replaceAt(stream, content, state.tail.seq_num, call)) return *version;
    call.check();
  }
}

Version S2Storage::replaceVersion(std::string_view key, std::string_view stream, std::string_view content,
                                  const Version& version, const Call& call) {
  const StreamState state = places_.check(key, stream, call);
  if (!state.holdsRecords()) throw conflict("it does not exist any more");
  if (!(versionOf(state.tail) == version)) throw conflict("it is not in the expected version");
  const auto replaced = replaceAt(stream, content, state.tail.seq_num, call);
  if (!replaced) throw conflict("it was changed at this moment");
  return *replaced;
}

std::optional<std::uint64_t> S2Storage::append(std::string_view key, std::string_view content,
                                               const AppendOptions& options, const Call& call) {
  call.check();
  const std::string stream = names_.streamOf(key);
  if (!options.expected_size && options.token.empty()) return appendPlain(key, stream, content, call);
  return appendChecked(key, stream, content, options, call);
}

std::optional<std::uint64_t> S2Storage::appendPlain(std::string_view key, std::string_view stream,
                                                    std::string_view content, const Call& call) {
  const auto records = appendBatch(content);
  know(key, stream, call);
  if (records.empty()) {
    const StagedLanding landing = StagedWriter(api_, stream, content).put(Finish::Append, call);
    memory_.replaced(stream, *landing.ack, std::nullopt);
    return std::nullopt;
  }
  for (;; know(key, stream, call)) {
    const auto ack = writer_.put(stream, {records, std::nullopt}, call);
    if (ack) return memory_.appended(stream, *ack, content.size());
  }
}

/// With an expected size or a token: only behind what is known of the content.
std::optional<std::uint64_t> S2Storage::appendChecked(std::string_view key, std::string_view stream,
                                                      std::string_view content, const AppendOptions& options,
                                                      const Call& call) {
  AppendInput input{appendBatch(content), std::nullopt};
  if (input.records.empty()) {
    throw Error(ErrorCode::TooLarge, "an append with an expected size or a token has at most 1 MiB on S2");
  }
  if (!options.token.empty()) input.records.back().headers.push_back({kTokenHeader, std::string(options.token)});
  for (;;) {
    know(key, stream, call);
    auto known = memory_.find(stream);
    if (!options.token.empty() || !known || !known->size) {
      const Fold object = readObject(api_, stream, call);
      if (const auto landed = options.token.empty() ? std::nullopt : object.sizeAfter(options.token)) return landed;
      // A stream that somebody emptied by hand has no records left, but a tail.
      const Position tail{object.next(), object.timestamp()};
      known = StreamMemory::Known{object.next() == 0 && known ? known->tail : tail, object.size()};
    }
    if (options.expected_size && *options.expected_size != *known->size) {
      memory_.forget(stream);
      throw conflict("it has " + std::to_string(*known->size) + " bytes, not " +
                     std::to_string(*options.expected_size) + " as expected");
    }
    const Landing landing = writer_.putAt(stream, input, known->tail.seq_num, call);
    if (landing.ack) {
      memory_.seen(stream, known->tail, known->size);
      return memory_.appended(stream, *landing.ack, content.size());
    }
    memory_.forget(stream);
    call.check();
  }
}

bool S2Storage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  call.check();
  return Listing(api_, names_, directory).deliver(options, out, call);
}

std::optional<StorageStat> S2Storage::stat(std::string_view key, const Call& call) {
  call.check();
  StorageStat directory;
  directory.is_directory = true;
  if (key.empty()) return directory;
  const std::string stream = names_.streamOf(key), folder = names_.folderOf(key);
  Pending own = api_.beginState(stream), below = api_.beginNames(folder, "", 1);
  const StreamState state = api_.finishState(stream, own, call);
  const bool is_directory = api_.finishAny(folder, below, call);
  if (state.holdsRecords()) {
    const auto known = memory_.find(stream);
    const bool same = known && versionOf(known->tail) == versionOf(state.tail);
    return describe(state.tail, same ? known->size : std::nullopt);
  }
  return is_directory ? std::optional(directory) : std::nullopt;
}

bool S2Storage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  call.check();
  bool existed = false;
  if (!key.empty()) {
    existed = removeStream(api_, memory_, names_.streamOf(key), call);
    places_.forgetAbove(key);
  }
  if (options.recursive) return removeBelow(api_, memory_, names_.folderOf(key), call) || existed;
  if (!existed && (key.empty() || places_.isDirectory(key, call))) {
    throw Error(ErrorCode::IsADirectory, "it is a directory; remove it recursively");
  }
  return existed;
}

}  // namespace tally::s2
