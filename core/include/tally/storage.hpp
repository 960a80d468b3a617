#pragma once
// IStorage: the contract between the store and every backend, in words. The conformance kit proves it.
//
// Adding a method? Also: plugin_abi.h, sdk/include/tally/sdk/export.hpp, core/src/plugins/storage/plugin_storage.cpp,
// and a case in sdk/conformance.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tally/api.hpp"
#include "tally/call.hpp"
#include "tally/detail/large_pages.hpp"
#include "tally/error.hpp"
#include "tally/path.hpp"

namespace tally {

/// The identity of one stored state of an object: opaque bytes, equal exactly when nothing was written between.
/// Empty means that the backend does not know versions. A value; 64 bytes, never allocates.
class Version {
 public:
  static constexpr std::size_t kMaxBytes = 63;

  Version() noexcept = default;
  /// Errors: InvalidArgument above kMaxBytes.
  explicit Version(std::string_view bytes) {
    if (bytes.size() > kMaxBytes) {
      TALLY_THROW(Error(ErrorCode::InvalidArgument, "a version has at most 63 bytes"));
      bytes = {};
    }
    size_ = static_cast<std::uint8_t>(bytes.size());
    if (!bytes.empty()) std::memcpy(bytes_, bytes.data(), bytes.size());
  }
  std::string_view bytes() const noexcept { return {bytes_, size_}; }
  bool empty() const noexcept { return size_ == 0; }
  friend bool operator==(const Version& a, const Version& b) noexcept { return a.bytes() == b.bytes(); }
  friend bool operator!=(const Version& a, const Version& b) noexcept { return !(a == b); }

 private:
  std::uint8_t size_ = 0;
  char bytes_[kMaxBytes];
};

using SystemTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// What is known of one key. Members stay empty where the backend does not know them.
struct StorageStat {
  bool is_directory = false;
  std::optional<std::uint64_t> size;   ///< bytes; files only
  std::optional<SystemTime> modified;  ///< time of the last successful write or append
  Version version;                     ///< files only
};

/// One line of a listing.
struct StorageEntry {
  std::string path;           ///< the full key
  bool is_directory = false;  ///< it has children; never true together with content of its own
  /// The last segment of `path`. Views `path`.
  std::string_view id() const noexcept { return path::basename(path); }
};

/// Which bytes of an object.
struct ByteRange {
  static constexpr std::uint64_t kToEnd = UINT64_MAX;
  std::uint64_t offset = 0;
  std::uint64_t length = kToEnd;  ///< clipped at the end of the object
};

struct ListOptions {
  std::string_view start_after;  ///< only names strictly greater than this one; "" from the start
  std::uint64_t limit = 0;       ///< at most so many entries; 0 for all
};

/// Conditions of a write. At most one of if_absent and if_version. What the backend can't honour is Unsupported.
struct WriteOptions {
  bool if_absent = false;                                ///< else AlreadyExists
  std::optional<Version> if_version;                     ///< else Conflict; also when the object is absent
  std::optional<std::chrono::nanoseconds> time_to_live;  ///< the object vanishes after it
};

struct AppendOptions {
  std::optional<std::uint64_t> expected_size;  ///< the size before this append, else Conflict
  std::string_view token;                      ///< at most 64 bytes; an append repeated with the same token lands once
};

struct RemoveOptions {
  bool recursive = false;  ///< also everything below; without it a directory is IsADirectory
};

/// What an open storage can do beyond the base operations; true for its whole life.
enum class Capability : std::uint64_t {
  CreateExclusive = 1U << 0,        ///< WriteOptions::if_absent
  IfVersion = 1U << 1,              ///< WriteOptions::if_version, and versions in stat
  TimeToLive = 1U << 2,             ///< WriteOptions::time_to_live
  AppendAt = 1U << 3,               ///< AppendOptions::expected_size
  AppendToken = 1U << 4,            ///< AppendOptions::token
  ModifiedTime = 1U << 5,           ///< StorageStat::modified
  KeepsEmptyDirectories = 1U << 6,  ///< a directory outlives its last child
  SurvivesPowerLoss = 1U << 7,      ///< what was acknowledged is on stable storage
};

class Capabilities {
 public:
  constexpr Capabilities() noexcept = default;
  constexpr explicit Capabilities(std::uint64_t bits) noexcept : bits_(bits) {}
  constexpr Capabilities(std::initializer_list<Capability> list) noexcept {
    for (const auto one : list) bits_ |= static_cast<std::uint64_t>(one);
  }
  constexpr bool has(Capability one) const noexcept { return (bits_ & static_cast<std::uint64_t>(one)) != 0; }
  constexpr std::uint64_t bits() const noexcept { return bits_; }

 private:
  std::uint64_t bits_ = 0;
};

/// Where a read goes. An adapter either hands over bytes that it has, or asks for room and fills it.
class TALLY_API ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Take a copy of `bytes`, which come after everything taken so far.
  virtual void put(std::string_view bytes) = 0;
  /// Room for `size` bytes behind all taken so far, until the next call. Without room it throws, and nothing changes.
  virtual char* grow(std::size_t size) = 0;
  /// Keep the first `size` bytes of the room.
  virtual void commit(std::size_t size) = 0;
};

/// Where a listing goes. `name` is the last segment, valid until take() returns.
class TALLY_API EntrySink {
 public:
  virtual ~EntrySink() = default;
  virtual void take(std::string_view name, bool is_directory) = 0;
};

/// An open backend: named byte strings in folders.
///
/// Keys obey tally/path.hpp. The host checks them once; adapters may rely on it. Content is bytes, never decoded.
/// Every failure is a tally::Error, never an empty value. Any method may also throw Unavailable, Unauthenticated,
/// PermissionDenied, Timeout, Cancelled, Exhausted, Closed, Corrupt, PluginFault or Internal.
/// Threads: every method may be called from any thread, also at the same time.
/// Lifetime: nothing returned refers to the storage.
class TALLY_API IStorage {
 public:
  IStorage() = default;
  IStorage(const IStorage&) = delete;
  IStorage& operator=(const IStorage&) = delete;
  virtual ~IStorage() = default;

  /// Deliver the object's bytes, or a range of them, and return what stat would have said of just that state.
  /// Errors: NotFound; IsADirectory; RangeNotSatisfied if the offset lies behind the end.
  /// Threads: while others write, one whole old or new value, never a mixture. During an append a prefix of the
  /// final value, never part of that append's bytes.
  virtual StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) = 0;

  /// Replace the object in one visible step, creating it and its parents if needed. Returns the new version, if
  /// the backend has versions. On return the value is as durable as the backend declares. After an error the old
  /// value is whole, except after OutcomeUnknown, when it is the old or the new one.
  /// Errors: AlreadyExists, Conflict per `options`; IsADirectory; NotADirectory; NoSpace; TooLarge; Unsupported;
  /// OutcomeUnknown.
  virtual Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                        const Call& call) = 0;

  /// Put `content` behind the object's last byte, creating it if absent; nothing is added between. All of it or
  /// nothing; never interleaved with another append. Returns the object's size just after it, where known.
  /// Errors: Conflict per `options`; IsADirectory; NotADirectory; NoSpace; TooLarge; Unsupported;
  /// OutcomeUnknown when an answer was lost: never repeated by adapter or host, unless `options.token` makes that safe.
  virtual std::optional<std::uint64_t> append(std::string_view key, std::string_view content,
                                              const AppendOptions& options, const Call& call) = 0;

  /// Deliver the direct children of a directory ("" is the root), sorted by their bytes, each once, without
  /// temporary or internal names. Returns whether more follow behind the limit. A missing directory has no
  /// children, and neither has a file.
  /// Threads: whatever existed before the call and was not removed during it is delivered.
  /// Cost: follows the page or the directory, not the store.
  virtual bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) = 0;

  /// Say what is known of a key; nothing when it is absent. The root always exists.   Cost: one round trip.
  virtual std::optional<StorageStat> stat(std::string_view key, const Call& call) = 0;

  /// Make the object absent. Returns whether it existed. Recursively: everything below, but no sibling; the root itself
  /// ("") only so. Errors: IsADirectory without `recursive`.   Cost: one round trip; recursively it follows what is
  /// below.
  virtual bool remove(std::string_view key, const RemoveOptions& options, const Call& call) = 0;

  /// What this storage offers. Constant. Cost: none.
  virtual Capabilities capabilities() const noexcept = 0;

  /// The interface of an optional ability by its text id and revision ("tally.follow/1"), or null. What the
  /// pointer means is said by the header of that ability in tally/extensions/. Lives as long as the storage.
  virtual void* extension(std::string_view id) {
    static_cast<void>(id);
    return nullptr;
  }
  /// The same by its type: `storage.extension<Follow>()`. Null where the backend does not offer it.
  template <typename Ability>
  Ability* extension() {
    return static_cast<Ability*>(extension(std::string_view(Ability::kId)));
  }

  // The same for people: defaults, and values instead of sinks. Not virtual; one call each.
  static std::string join(std::initializer_list<std::string_view> segments) { return path::join(segments); }

  /// The object's bytes. Cost: one string, no copy where the adapter fills the room it asked for.
  std::string read(std::string_view key, const ByteRange& range = {}, const Call& call = {});
  Version write(std::string_view key, std::string_view content, const WriteOptions& options = {}) {
    return write(key, content, options, Call());
  }
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content,
                                      const AppendOptions& options = {}) {
    return append(key, content, options, Call());
  }
  /// All children at once. Cost: one string an entry.
  std::vector<StorageEntry> list(std::string_view directory, const ListOptions& options = {});
  std::optional<StorageStat> stat(std::string_view key) { return stat(key, Call()); }
  bool remove(std::string_view key, const RemoveOptions& options = {}) { return remove(key, options, Call()); }
};

/// What an adapter's extension() returns when the class derives from the abilities that it offers:
///   void* extension(std::string_view id) override { return offer<Batch, Follow>(*this, id); }
template <typename... Abilities, typename Storage>
void* offer(Storage& storage, std::string_view id) noexcept {
  void* found = nullptr;
  static_cast<void>(((id == Abilities::kId && (found = static_cast<Abilities*>(&storage)) != nullptr) || ...));
  return found;
}

/// A ByteSink over a std::string. Errors of grow: std::length_error, std::bad_alloc; then nothing changed.
/// Cost: grows the string to the room asked for, once; large room in large pages.
class StringSink final : public ByteSink {
 public:
  explicit StringSink(std::string& out) noexcept : out_(out), used_(out.size()) {}
  StringSink(const StringSink&) = delete;
  StringSink& operator=(const StringSink&) = delete;
  ~StringSink() override { out_.resize(used_); }
  void put(std::string_view bytes) override {
    out_.resize(used_);
    out_.append(bytes);
    used_ = out_.size();
  }
  char* grow(std::size_t size) override {
    if (out_.size() - used_ < size) enlarge(size);
    return out_.data() + used_;
  }
  void commit(std::size_t size) override { used_ += size; }

 private:
  void enlarge(std::size_t room) {
    const bool fits = room <= out_.max_size() - used_;
    if (fits && used_ + room >= detail::kWorthLargePages && out_.capacity() < used_ + room) {
      out_.reserve(used_ + room);
      detail::preferLargePages(out_.data() + used_, room);
    }
    // append and not resize: used_ + room could wrap around, append throws length_error instead
    out_.append(room - (out_.size() - used_), '\0');
  }

  std::string& out_;
  std::size_t used_;
};

/// An EntrySink over a vector, for callers that page: list() says whether more follow.
struct EntryCollector final : EntrySink {
  explicit EntryCollector(std::string_view directory) : prefix_(directory) {
    if (!prefix_.empty()) prefix_ += '/';
  }
  void take(std::string_view name, bool is_directory) override {
    std::string path;
    path.reserve(prefix_.size() + name.size());
    path.append(prefix_).append(name);
    entries.push_back({std::move(path), is_directory});
  }
  std::vector<StorageEntry> entries;

 private:
  std::string prefix_;
};

inline std::string IStorage::read(std::string_view key, const ByteRange& range, const Call& call) {
  std::string bytes;
  {
    StringSink sink(bytes);
    read(key, range, sink, call);
  }
  return bytes;
}

inline std::vector<StorageEntry> IStorage::list(std::string_view directory, const ListOptions& options) {
  EntryCollector found(directory);
  list(directory, options, found, Call());
  return std::move(found.entries);
}

}  // namespace tally
