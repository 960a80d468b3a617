#pragma once
// Following a file as it grows.

#include <optional>
#include <string>
#include <string_view>

#include "local/abilities/follow_place.hpp"
#include "local/files/reading.hpp"
#include "local/files/store_parts.hpp"
#include "tally/extensions/follow.hpp"

namespace tally::local {

/// Woken by the kernel, with a look every second for what it does not tell (a folder above was moved, another machine
/// wrote); where it tells nothing at all, with a look every 50 ms.
class FileFollower final : public Follower {
 public:
  /// `key` was checked. Errors: as Follow::openFollower.
  FileFollower(StoreParts& parts, std::string_view key, const FollowOptions& options, const Call& call);

  /// Cost: 3 system calls for data that is there.
  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override;
  std::string cursor() const override { return cursorOf(key_, place_); }

 private:
  FollowEvent look(ByteSink& out, std::uint64_t max_bytes, const Call& call);
  std::optional<FollowEvent> begin(const Call& call);
  std::optional<FollowEvent> readOn(ByteSink& out, std::uint64_t max_bytes, const Call& call);
  OpenedFile open() const;
  bool findFile();
  bool findObject(const Call& call);
  bool enter();
  bool deliver(ByteSink& out, std::uint64_t length, const Call& call);
  bool stillNamed() const;
  Call::Clock::duration longestWait();

  StoreParts& parts_;
  const std::string key_;
  FollowPlace place_;
  OpenedFile file_;
  bool unfinished_ = false;  // there are bytes of an append that is not whole yet
  Call::Clock::duration patience_{};
  Watches::Waiter waiter_;
};

}  // namespace tally::local
