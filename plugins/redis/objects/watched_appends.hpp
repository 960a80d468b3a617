#pragma once
// Appends of one object as a transaction of plain commands instead of a script.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/names/key_names.hpp"
#include "redis/servers/server_finder.hpp"
#include "redis/settings.hpp"
#include "redis/wire/connection.hpp"

namespace tally::redis {

/// The server carries the transaction out only where nothing has changed the stream since this connection began to
/// watch it. So it lands after the entry that was seen last, all of it or nothing. append.lua does the same, but each
/// byte of the content goes through its interpreter, which takes longer than to store it.
///
/// The watch and the MULTI are sent behind the transaction before, so that nothing is sent that the server could carry
/// out outside of one. Threads: one at a time.
class WatchedAppends {
 public:
  /// Everything but `key` must outlive it.
  WatchedAppends(const Settings& settings, const KeyNames& names, ServerFinder& finder, std::string_view key);

  /// As ObjectWriter::appendAll(). Nothing comes back where it can't be done in this way, and where it is unknown
  /// whether it was: appendAll() with the same token then does it, or finds it done. Errors: OutcomeUnknown;
  /// std::bad_alloc. Cost: one round trip; one more at first, and for each change by others meanwhile; a connection of
  /// its own.
  std::optional<std::uint64_t> append(const std::vector<std::string>& contents, std::string_view token,
                                      const Call& call);
  /// Whether it is unknown what became of the last append().
  bool isLeftOpen() const noexcept { return left_open_; }

 private:
  struct Tail {
    std::uint64_t size;
    std::string life;
  };
  bool fits(const std::vector<std::string>& contents) const;
  std::optional<std::uint64_t> attempt(const std::vector<std::string>& contents, std::string_view token,
                                       const Call& call);
  void open(const Call& call);
  std::string watching() const;
  std::string transaction(const std::vector<std::string>& contents, std::string_view token) const;
  bool carriedOut(std::size_t commands, Patience& patience);
  void receiveTail(Patience& patience);

  const Settings& settings_;
  ServerFinder& finder_;
  const std::string stream_, tokens_;
  std::unique_ptr<Connection> connection_;
  std::optional<Tail> tail_;  // as watched; the connection is inside of MULTI then
  bool left_open_ = false;
  int refused_ = 0;  // in a row
};

}  // namespace tally::redis
