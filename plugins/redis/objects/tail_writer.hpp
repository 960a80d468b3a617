#pragma once
// Changes of an object whose last entry is known, as one plain command instead of a script.
//
// The new entry gets the id right behind the known one. The server refuses an id that is not greater than the last one
// of the stream, and all other changes take one that is: so the command does its work only where nothing has changed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "redis/names/key_names.hpp"
#include "redis/objects/known_tails.hpp"
#include "redis/servers/server_finder.hpp"
#include "redis/settings.hpp"
#include "tally/storage.hpp"

namespace tally::redis {

/// Threads: any.
class TailWriter {
 public:
  TailWriter(const Settings& settings, const KeyNames& names, ServerFinder& finder) noexcept
      : settings_(settings), names_(names), finder_(finder) {}

  /// IStorage::write and IStorage::append. Nothing comes back where it can't be done in this way; then nothing was
  /// done. `life` is for the new object. Cost: one round trip, or none when nothing is known of the object.
  std::optional<Version> write(std::string_view key, std::string_view content, const WriteOptions& options,
                               const std::string& life, const Call& call);
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call);

  /// The server has told the last entry of an object, which it has just made.
  void learn(std::string_view key, KnownTail tail) { tails_.put(key, std::move(tail)); }
  void forget(std::string_view key) { tails_.forget(key); }

 private:
  enum class Before { Stays, Goes };
  bool add(std::string_view key, std::string_view content, Before before, KnownTail& tail, const Call& call);

  const Settings& settings_;
  const KeyNames& names_;
  ServerFinder& finder_;
  KnownTails tails_;
};

}  // namespace tally::redis
