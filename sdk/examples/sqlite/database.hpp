#pragma once
// One connection to an SQLite file, its statements, and what SQLite's answers mean to Tally.

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tally/call.hpp"
#include "tally/error.hpp"

namespace tally::examples {

/// What SQLite said, as a tally::Error. `call` tells apart who ended a wait for a lock.
Error errorOf(sqlite3* connection, const Call& call);

/// A prepared statement in use: bind from 1 on, step, read columns from 0 on. Reset when it goes out of scope.
/// Bound bytes must live as long as this.
class Statement {
 public:
  Statement(sqlite3_stmt* statement, const Call& call) noexcept : statement_(statement), call_(call) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(int index, std::string_view bytes);
  Statement& bind(int index, std::int64_t number);

  /// Whether there is one more row. Errors: those of errorOf.
  bool step();
  /// Run to the end.
  void run() {
    while (step()) {
    }
  }

  std::int64_t integer(int column) const noexcept { return sqlite3_column_int64(statement_, column); }
  /// Valid until the next step.
  std::string_view bytes(int column) const noexcept;

 private:
  sqlite3_stmt* statement_;
  const Call& call_;
};

/// Threads: one at a time.
class Connection {
 public:
  /// Open the file, which is created if needed, and its tables. Errors: those of errorOf.
  Connection(const std::string& file, bool full_sync, const Call& call);

  /// A statement; the text must be a literal, by which it is found again.
  Statement prepare(const char* text, const Call& call);
  /// Wait for locks of others as long as this call may take, and at most so long.
  void beginCall(const Call& call, std::int64_t busy_ms);
  /// Stop waiting by that call.
  void endCall() noexcept;

  sqlite3* handle() const noexcept { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  struct Wait {
    const Call* call = nullptr;
    Call::Clock::time_point until;
  };
  static int onBusy(void* self, int count);

  Wait wait_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;  // closed before the connection
};

/// A transaction: rolled back unless it is committed.
class Transaction {
 public:
  /// Errors: Unavailable if another process holds the lock for too long; Timeout, Cancelled.
  Transaction(Connection& connection, const Call& call, const char* begin);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Connection& connection_;
  const Call& call_;
  bool open_ = true;
};

}  // namespace tally::examples
