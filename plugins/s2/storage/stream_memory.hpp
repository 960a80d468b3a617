#pragma once
// What a storage remembers of streams, so that a change usually takes one request. A memory, not a truth: every use of
// it is checked by the service.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "wire/messages.hpp"

namespace tally::s2 {

/// Threads: any. Cost: a lock and a look-up; bounded memory.
class StreamMemory {
 public:
  /// The end of a stream when it was last seen, and what its object's size was there, where known.
  struct Known {
    Position tail;
    std::optional<std::uint64_t> size;
  };

  std::optional<Known> find(std::string_view stream) const;
  /// A read or an answer said so.
  void seen(std::string_view stream, const Position& tail, std::optional<std::uint64_t> size);
  /// A batch has landed that put `bytes` behind the content. Returns the size just after it, where known.
  std::optional<std::uint64_t> appended(std::string_view stream, const AppendAck& ack, std::uint64_t bytes);
  /// A batch has landed that made the content one of `size`.
  void replaced(std::string_view stream, const AppendAck& ack, std::optional<std::uint64_t> size);
  /// A batch has landed that left the content as it was.
  void passed(std::string_view stream, const AppendAck& ack);
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

  Entry& entry(std::string_view stream);
  const Entry* peek(std::string_view stream) const;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // guarded by mutex_
  std::unordered_set<std::string> directories_;     // guarded by mutex_
};

}  // namespace tally::s2
