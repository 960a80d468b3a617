#pragma once
// An object put together from the entries of its stream.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "redis/objects/stream_entry.hpp"
#include "redis/wire/reply.hpp"
#include "tally/storage.hpp"

namespace tally::redis {

/// The pieces that make up some bytes, in order, and how long they are together. Views what it was given.
class Pieces {
 public:
  void add(std::string_view piece) {
    list_.push_back(piece);
    size_ += piece.size();
  }
  std::uint64_t size() const noexcept { return size_; }
  void deliver(ByteSink& out) const;
  /// The same as one text, for which `room` is there where it takes a copy.
  std::string_view joined(std::string& room) const;

 private:
  std::vector<std::string_view> list_;
  std::uint64_t size_ = 0;
};

/// Views the reply that it was made of.
struct ObjectContent {
  Pieces pieces;
  StreamEntry last;
  StorageStat stat() const { return describe(last, pieces.size()); }
};

/// All entries of a stream, of which there must be one. Errors: Corrupt.
ObjectContent assemble(ReplyView entries);

}  // namespace tally::redis
