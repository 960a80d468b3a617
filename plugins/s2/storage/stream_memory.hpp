#pragma once
// What a storage remembers of streams, so that a change usually takes one request. A memory, not a truth: every use of
// it is checked by the service.
//
// A number alone says nothing of a size: a stream that was deleted and made again has the same numbers, and other
// times.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "s2/wire/messages.hpp"

namespace tally::s2 {

/// Threads: any. Cost: a lock and a look-up; bounded memory.
class StreamMemory {
 public:
  /// The end of a stream when it was last seen, and what its object's size was there, where that is certain.
  struct Known {
    Position tail;
    std::optional<std::uint64_t> size;
  };

  std::optional<Known> find(std::string_view stream) const;
  /// A read or an answer said so.
  void seen(std::string_view stream, const Position& tail, std::optional<std::uint64_t> size);
  /// A batch has landed that put `bytes` behind the content. `before`: an end that the same stream had earlier, where
  /// there is one to name. Returns the size just after the batch where it is certain: of a stream that begins with it,
  /// and where the size is known just at `before` and nothing came between.
  std::optional<std::uint64_t> appended(std::string_view stream, const AppendAck& ack, std::uint64_t bytes,
                                        const std::optional<Position>& before = std::nullopt);
  /// A batch has landed; just behind it the content has `size`.
  void landed(std::string_view stream, const AppendAck& ack, std::optional<std::uint64_t> size);
  void forget(std::string_view stream);

  /// Streams that we deleted, until something lands on them again.
  void removed(std::string_view stream);
  bool wasRemoved(std::string_view stream) const;

  /// Whether a change under way keeps the stream's place.
  bool isPlaceKept(std::string_view stream) const;

  /// Directories that are known not to be files.
  bool isDirectory(std::string_view directory) const;
  void addDirectory(std::string_view directory);
  void forgetDirectory(std::string_view directory);
  void forgetDirectories();

  /// A change under way. Alone on its stream it may be guarded by the known tail; several would only push each other
  /// away.
  class Change {
   public:
    /// `keeps_place`: as long as it lasts, the stream's key is to be a file.
    Change(StreamMemory& memory, std::string_view stream, bool keeps_place = false);
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    ~Change();
    /// The number that the next record gets, if it is worth betting on.
    std::optional<std::uint64_t> guard() const;
    /// Somebody else was first: this number was free then.
    void lost(std::uint64_t next);

   private:
    StreamMemory& memory_;
    const std::string stream_;
    const unsigned places_;
  };

 private:
  struct Entry {
    std::optional<Known> known;
    unsigned changes = 0;    // under way
    unsigned places = 0;     // of them, those that keep their place
    unsigned unguarded = 0;  // changes to come that had better not be guarded: others write here too
    bool removed = false;
  };

  static void keep(Entry& one, const AppendAck& ack, std::optional<std::uint64_t> size);
  Entry& entry(std::string_view stream);
  const Entry* peek(std::string_view stream) const;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // guarded by mutex_
  std::unordered_set<std::string> directories_;     // guarded by mutex_
};

}  // namespace tally::s2
