#include "objects.hpp"

#include <algorithm>
#include <chrono>

namespace tally::examples {
namespace {

// SQLite refuses blobs above 10^9 bytes; smaller ones also keep the memory of a ranged read small.
constexpr std::size_t kChunkBytes = 4 << 20;

std::int64_t nowNs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

std::int64_t nextVersion(Connection& db, const Call& call) {
  auto next = db.prepare("UPDATE revision SET value = value + 1 RETURNING value", call);
  next.step();
  const std::int64_t version = next.integer(0);
  next.run();
  return version;
}

void putChunks(Connection& db, std::int64_t object, std::int64_t start, std::string_view content, const Call& call) {
  for (; !content.empty(); call.check()) {
    const std::string_view chunk = content.substr(0, kChunkBytes);
    db.prepare("INSERT INTO chunks VALUES (?1, ?2, ?3)", call).bind(1, object).bind(2, start).bind(3, chunk).run();
    start += static_cast<std::int64_t>(chunk.size());
    content.remove_prefix(chunk.size());
  }
}

}  // namespace

std::string tableKey(std::string_view key) {
  std::string out(key);
  std::replace(out.begin(), out.end(), '/', '\0');
  return out;
}

std::string folderKey(std::string_view directory) {
  return directory.empty() ? std::string() : tableKey(directory) + '\0';
}

StorageStat describe(const Object& object) {
  StorageStat stat;
  stat.size = static_cast<std::uint64_t>(object.size);
  stat.modified = SystemTime(std::chrono::nanoseconds(object.modified));
  stat.version = Version(std::to_string(object.version));
  return stat;
}

std::optional<Object> find(Connection& db, std::string_view key, const Call& call) {
  const std::string place = tableKey(key);
  auto row = db.prepare("SELECT id, size, version, modified FROM objects WHERE key = ?1", call);
  row.bind(1, place);
  if (!row.step()) return std::nullopt;
  return Object{row.integer(0), row.integer(1), row.integer(2), row.integer(3)};
}

bool hasChildren(Connection& db, std::string_view key, const Call& call) {
  const std::string folder = folderKey(key);
  auto row = db.prepare("SELECT key FROM objects WHERE key >= ?1 ORDER BY key LIMIT 1", call);
  row.bind(1, folder);
  return row.step() && row.bytes(0).substr(0, folder.size()) == folder;
}

void checkPlace(Connection& db, std::string_view key, const Call& call) {
  if (hasChildren(db, key, call)) throw Error(ErrorCode::IsADirectory, "it is a directory");
  for (auto above = path::parent(key); !above.empty(); above = path::parent(above)) {
    if (find(db, above, call)) {
      throw Error(ErrorCode::NotADirectory, "'" + std::string(above) + "' above it is a file");
    }
  }
}

Object store(Connection& db, std::string_view key, const std::optional<Object>& found, std::string_view content,
             bool replace, const Call& call) {
  const std::string place = tableKey(key);
  Object object = found.value_or(Object());
  const bool behind = found && !replace;
  const std::int64_t start = behind ? object.size : 0;
  if (found && replace) db.prepare("DELETE FROM chunks WHERE object = ?1", call).bind(1, object.id).run();
  object.size = start + static_cast<std::int64_t>(content.size());
  object.version = nextVersion(db, call);
  object.modified = nowNs();
  if (found) {
    auto update = db.prepare("UPDATE objects SET size = ?2, version = ?3, modified = ?4 WHERE id = ?1", call);
    update.bind(1, object.id).bind(2, object.size).bind(3, object.version).bind(4, object.modified).run();
  } else {
    auto insert = db.prepare("INSERT INTO objects (key, size, version, modified) VALUES (?1, ?2, ?3, ?4)", call);
    insert.bind(1, place).bind(2, object.size).bind(3, object.version).bind(4, object.modified).run();
    object.id = sqlite3_last_insert_rowid(db.handle());
  }
  putChunks(db, object.id, start, content, call);
  return object;
}

void deliver(Connection& db, const Object& object, const ByteRange& range, ByteSink& out, const Call& call) {
  const auto size = static_cast<std::uint64_t>(object.size);
  const auto begin = range.offset, end = begin + std::min(range.length, size - begin);
  // The chunk that holds the first byte is the last one that begins at or before it.
  auto chunk = db.prepare(
      "SELECT start, bytes FROM chunks WHERE object = ?1 AND start < ?3 AND start >= coalesce("
      "(SELECT max(start) FROM chunks WHERE object = ?1 AND start <= ?2), 0) ORDER BY start",
      call);
  chunk.bind(1, object.id).bind(2, static_cast<std::int64_t>(begin)).bind(3, static_cast<std::int64_t>(end));
  while (begin < end && chunk.step()) {
    call.check();
    const auto start = static_cast<std::uint64_t>(chunk.integer(0));
    const std::uint64_t skip = begin > start ? begin - start : 0;
    out.put(chunk.bytes(1).substr(0, end - start).substr(skip));
  }
}

}  // namespace tally::examples
