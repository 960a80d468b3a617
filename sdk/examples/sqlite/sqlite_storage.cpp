#include "sqlite_storage.hpp"

#include <unistd.h>

#include <filesystem>

#include "objects.hpp"

namespace tally::examples {
namespace {

namespace fs = std::filesystem;

std::string fileIn(const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    const auto code = failed == std::errc::permission_denied ? ErrorCode::PermissionDenied : ErrorCode::Unavailable;
    throw Error(code, "can't create the folder " + folder + ": " + failed.message()).systemErrno(failed.value());
  }
  return (fs::path(folder) / "tally.sqlite").string();
}

[[noreturn]] void throwAbsent(Connection& db, std::string_view key, const Call& call) {
  if (hasChildren(db, key, call)) throw Error(ErrorCode::IsADirectory, "it is a directory");
  throw Error(ErrorCode::NotFound, "there is no such object");
}

}  // namespace

/// A connection for one call. Goes back to the others; SQLite keeps it fit for use whatever a call has met.
class SqliteStorage::Lease {
 public:
  Lease(SqliteStorage& storage, const Call& call) : storage_(storage) {
    // SQLite's connections and locks do not survive a fork.
    if (::getpid() != storage.process_) throw Error(ErrorCode::Closed, "the process has forked; open a new storage");
    call.check();
    {
      const std::lock_guard<std::mutex> lock(storage_.mutex_);
      if (!storage_.idle_.empty()) {
        connection_ = std::move(storage_.idle_.back());
        storage_.idle_.pop_back();
      }
    }
    if (!connection_) connection_ = std::make_unique<Connection>(storage_.file_, storage_.settings_.full_sync, call);
    connection_->beginCall(call, storage_.settings_.busy_ms);
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    connection_->endCall();
    const std::lock_guard<std::mutex> lock(storage_.mutex_);
    storage_.idle_.push_back(std::move(connection_));
  }
  Connection& db() noexcept { return *connection_; }

 private:
  SqliteStorage& storage_;
  std::unique_ptr<Connection> connection_;
};

SqliteStorage::SqliteStorage(SqliteSettings settings, const Call& call)
    : settings_(std::move(settings)), file_(fileIn(settings_.folder)), process_(::getpid()) {
  const Lease first(*this, call);
}

Capabilities SqliteStorage::capabilities() const noexcept {
  constexpr Capabilities kAlways = {Capability::CreateExclusive, Capability::IfVersion, Capability::AppendAt,
                                    Capability::AppendToken, Capability::ModifiedTime};
  const auto power = settings_.full_sync ? static_cast<std::uint64_t>(Capability::SurvivesPowerLoss) : 0;
  return Capabilities(kAlways.bits() | power);
}

StorageStat SqliteStorage::read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) {
  Lease lease(*this, call);
  Transaction snapshot(lease.db(), call, "BEGIN");  // what is read below is one state
  const auto object = find(lease.db(), key, call);
  if (!object) throwAbsent(lease.db(), key, call);
  if (range.offset > static_cast<std::uint64_t>(object->size)) {
    throw Error(ErrorCode::RangeNotSatisfied, "the range begins behind the end, at " + std::to_string(range.offset) +
                                                  " of " + std::to_string(object->size) + " bytes");
  }
  deliver(lease.db(), *object, range, out, call);
  snapshot.commit();
  return describe(*object);
}

Version SqliteStorage::write(std::string_view key, std::string_view content, const WriteOptions& options,
                             const Call& call) {
  Lease lease(*this, call);
  Transaction change(lease.db(), call, "BEGIN IMMEDIATE");  // the lock comes before the conditions are looked at
  checkPlace(lease.db(), key, call);
  const auto found = find(lease.db(), key, call);
  if (options.if_absent && found) throw Error(ErrorCode::AlreadyExists, "it exists already");
  if (options.if_version && (!found || describe(*found).version != *options.if_version)) {
    throw Error(ErrorCode::Conflict, "it is not in the expected version");
  }
  const Object object = store(lease.db(), key, found, content, true, call);
  change.commit();
  return describe(object).version;
}

std::optional<std::uint64_t> SqliteStorage::append(std::string_view key, std::string_view content,
                                                   const AppendOptions& options, const Call& call) {
  Lease lease(*this, call);
  Connection& db = lease.db();
  Transaction change(db, call, "BEGIN IMMEDIATE");
  checkPlace(db, key, call);
  const auto found = find(db, key, call);
  if (found && !options.token.empty()) {
    // A repeated append has landed already. This comes before expected_size, which no longer holds then.
    auto landed = db.prepare("SELECT size FROM tokens WHERE object = ?1 AND token = ?2", call);
    if (landed.bind(1, found->id).bind(2, options.token).step()) return static_cast<std::uint64_t>(landed.integer(0));
  }
  const std::uint64_t size = found ? static_cast<std::uint64_t>(found->size) : 0;
  if (options.expected_size && *options.expected_size != size) {
    throw Error(ErrorCode::Conflict, "it has " + std::to_string(size) + " bytes, not " +
                                         std::to_string(*options.expected_size) + " as expected");
  }
  const Object object = store(db, key, found, content, false, call);
  if (!options.token.empty()) {
    auto keep = db.prepare("INSERT INTO tokens VALUES (?1, ?2, ?3)", call);
    keep.bind(1, object.id).bind(2, options.token).bind(3, object.size).run();
  }
  change.commit();
  return static_cast<std::uint64_t>(object.size);
}

bool SqliteStorage::list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) {
  Lease lease(*this, call);
  Transaction snapshot(lease.db(), call, "BEGIN");
  const std::string folder = folderKey(directory);
  // Where the keys behind a name and what lies in it begin: '\x01' is the least byte that a name can go on with.
  const auto behind = [&](std::string_view name) { return folder + std::string(name) + '\x01'; };
  std::string next = options.start_after.empty() ? folder : behind(options.start_after);
  for (std::uint64_t delivered = 0;; ++delivered) {  // one look into the index for each name, however much it holds
    call.check();
    auto row = lease.db().prepare("SELECT key FROM objects WHERE key >= ?1 ORDER BY key LIMIT 1", call);
    row.bind(1, next);
    if (!row.step() || row.bytes(0).substr(0, folder.size()) != folder) return false;
    if (options.limit != 0 && delivered == options.limit) return true;
    const std::string_view rest = row.bytes(0).substr(folder.size());
    const auto separator = rest.find('\0');
    const std::string name(rest.substr(0, separator));
    out.take(name, separator != rest.npos);
    next = behind(name);
  }
}

std::optional<StorageStat> SqliteStorage::stat(std::string_view key, const Call& call) {
  Lease lease(*this, call);
  Transaction snapshot(lease.db(), call, "BEGIN");
  if (const auto object = find(lease.db(), key, call)) return describe(*object);
  if (!key.empty() && !hasChildren(lease.db(), key, call)) return std::nullopt;
  StorageStat directory;  // the root is there even when it is empty
  directory.is_directory = true;
  return directory;
}

bool SqliteStorage::remove(std::string_view key, const RemoveOptions& options, const Call& call) {
  Lease lease(*this, call);
  Connection& db = lease.db();
  Transaction change(db, call, "BEGIN IMMEDIATE");
  if (const auto object = find(db, key, call)) {
    db.prepare("DELETE FROM objects WHERE id = ?1", call).bind(1, object->id).run();
    change.commit();
    return true;
  }
  if (!key.empty() && !hasChildren(db, key, call)) return false;
  if (!options.recursive) throw Error(ErrorCode::IsADirectory, "it is a directory; remove it recursively");
  // From the key and its separator to just before the next sibling, so that "c1" does not take "c10" along.
  const std::string first = folderKey(key);
  const std::string last = key.empty() ? std::string("\xFF") : tableKey(key) + '\x01';
  db.prepare("DELETE FROM objects WHERE key >= ?1 AND key < ?2", call).bind(1, first).bind(2, last).run();
  change.commit();
  return true;
}

}  // namespace tally::examples
