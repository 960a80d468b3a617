#include "s2/s2_storage.hpp"

#include <utility>

#include "s2/opening.hpp"
#include "s2/storage/listing.hpp"
#include "s2/storage/object_reader.hpp"
#include "s2/storage/removal.hpp"
#include "s2/storage/versions.hpp"

namespace tally::s2 {

S2Storage::S2Storage(const Settings& settings, const Call& call) : S2Storage(settings, endpointsOf(settings), call) {}

S2Storage::S2Storage(const Settings& settings, Endpoints endpoints, const Call& call)
    : names_(settings.prefix),
      client_(httpSettingsOf(settings, endpoints), retryPolicyOf(settings)),
      api_(openBasin(settings, std::move(endpoints), client_, call), client_),
      places_(names_, api_, memory_),
      writer_(api_, memory_, places_) {}

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
  return writer_.write({key, names_.streamOf(key)}, content, options, call);
}

std::optional<std::uint64_t> S2Storage::append(std::string_view key, std::string_view content,
                                               const AppendOptions& options, const Call& call) {
  call.check();
  return writer_.append({key, names_.streamOf(key)}, content, options, call);
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
  const auto known = memory_.find(stream);
  const bool had_content = known && known->size.value_or(0) != 0;
  Pending own = api_.beginState(stream), below = api_.beginNames(folder, "", 1);
  std::optional<Pending> head;
  if (!had_content && !api_.readsCreateStreams()) head = api_.beginShortPage(stream, 0);
  const StreamState state = api_.finishState(stream, own, call);
  const bool is_directory = api_.finishAny(folder, below, call);
  const bool is_same = known && known->tail == state.tail;
  if (known && !is_same) memory_.seen(stream, state.tail, std::nullopt);
  if ((had_content && is_same) || beginsLikeObject(api_, stream, state, head, call)) {
    return describe(state.tail, is_same ? known->size : std::nullopt);
  }
  return is_directory ? std::optional(directory) : std::nullopt;
}

bool S2Storage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  call.check();
  if (key.empty()) {
    if (!options.recursive) throw Error(ErrorCode::IsADirectory, "this is the whole store; remove it recursively");
    removeBelow(api_, memory_, names_.folderOf(key), call);
    return true;
  }
  const Removal removal = removeStream(api_, memory_, names_.streamOf(key), call);
  places_.forgetAbove(key);
  const bool existed = removal != Removal::Absent;
  if (options.recursive) return removeBelow(api_, memory_, names_.folderOf(key), call) || existed;
  if (removal != Removal::Removed && places_.isDirectory(key, call)) {
    throw Error(ErrorCode::IsADirectory, "it is a directory; remove it recursively");
  }
  return existed;
}

}  // namespace tally::s2
