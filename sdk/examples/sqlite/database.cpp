#include "database.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace tally::examples {
namespace {

// Keys stand with NUL in place of '/', so that SQLite's order of blobs is the order of a folder tree. Bytes stand in
// chunks, one for each append, so that an append costs what it adds. `revision` counts all changes of the file.
constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS objects (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, version INTEGER NOT NULL,
    modified INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS chunks (
    object INTEGER NOT NULL REFERENCES objects ON DELETE CASCADE, start INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (object, start)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tokens (
    object INTEGER NOT NULL REFERENCES objects ON DELETE CASCADE, token BLOB NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (object, token)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS revision (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL);
  INSERT OR IGNORE INTO revision VALUES (1, 0);
)";

ErrorCode codeOf(int result) noexcept {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return ErrorCode::Unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::Corrupt;
    case SQLITE_FULL: return ErrorCode::NoSpace;
    case SQLITE_NOMEM: return ErrorCode::Exhausted;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return ErrorCode::PermissionDenied;
    case SQLITE_TOOBIG: return ErrorCode::TooLarge;
    default: return ErrorCode::Internal;
  }
}

void execute(sqlite3* connection, const char* text, const Call& call) {
  if (sqlite3_exec(connection, text, nullptr, nullptr, nullptr) != SQLITE_OK) throw errorOf(connection, call);
}

}  // namespace

Error errorOf(sqlite3* connection, const Call& call) {
  const int result = sqlite3_extended_errcode(connection);
  const ErrorCode code = codeOf(result);
  if (code == ErrorCode::Unavailable) call.check();
  return Error(code, std::string("SQLite: ") + sqlite3_errmsg(connection))
      .backendCode(result)
      .systemErrno(sqlite3_system_errno(connection))
      .retryable(code == ErrorCode::Unavailable && (result & 0xFF) != SQLITE_IOERR);
}

Statement::~Statement() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::bind(int index, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();  // a null pointer would be NULL, not an empty blob
  if (sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_STATIC) != SQLITE_OK) {
    throw errorOf(sqlite3_db_handle(statement_), call_);
  }
  return *this;
}

Statement& Statement::bind(int index, std::int64_t number) {
  sqlite3_bind_int64(statement_, index, number);
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  throw errorOf(sqlite3_db_handle(statement_), call_);
}

std::string_view Statement::bytes(int column) const noexcept {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string_view() : std::string_view(data, static_cast<std::size_t>(size));
}

Connection::Connection(const std::string& file, bool full_sync, const Call& call) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  handle_.reset(opened);
  if (opened == nullptr) throw Error(ErrorCode::Exhausted, "SQLite: out of memory");
  if (result != SQLITE_OK) throw errorOf(opened, call);
  beginCall(call, 10'000);
  while (sqlite3_exec(opened, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr) != SQLITE_OK) {
    // SQLite does not wait by itself while others open the new file, too.
    if ((sqlite3_errcode(opened) & 0xFF) != SQLITE_BUSY || onBusy(&wait_, 0) == 0) throw errorOf(opened, call);
  }
  execute(opened, full_sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", call);
  execute(opened, "PRAGMA foreign_keys = ON", call);
  Transaction creating(*this, call, "BEGIN IMMEDIATE");
  execute(opened, kSchema, call);
  creating.commit();
  endCall();
}

Statement Connection::prepare(const char* text, const Call& call) {
  auto& kept = statements_[text];
  if (!kept) {
    sqlite3_stmt* made = nullptr;
    const int result = sqlite3_prepare_v3(handle(), text, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    if (result != SQLITE_OK) throw errorOf(handle(), call);
    kept.reset(made);
  }
  return Statement(kept.get(), call);
}

void Connection::beginCall(const Call& call, std::int64_t busy_ms) {
  wait_ = {&call, Call::Clock::now() + std::chrono::milliseconds(busy_ms)};
  sqlite3_busy_handler(handle(), &Connection::onBusy, &wait_);
}

void Connection::endCall() noexcept { sqlite3_busy_handler(handle(), nullptr, nullptr); }

// Called while another connection holds a lock: 0 gives up. Waits on the descriptor that ends the call, too.
int Connection::onBusy(void* self, int count) {
  const auto& wait = *static_cast<const Wait*>(self);
  const auto now = Call::Clock::now();
  if (wait.call->cancel.requested() || now >= std::min(wait.until, wait.call->deadline)) return 0;
  pollfd cancelled{wait.call->cancel.fd(), POLLIN, 0};
  ::poll(&cancelled, 1, std::min(1 + count, 20));
  return 1;
}

Transaction::Transaction(Connection& connection, const Call& call, const char* begin)
    : connection_(connection), call_(call) {
  execute(connection_.handle(), begin, call_);
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  execute(connection_.handle(), "COMMIT", call_);
  open_ = false;
}

}  // namespace tally::examples
