#pragma once
// A follower as cases use one: what it delivered so far, and what it must say next.

#include <chrono>
#include <memory>
#include <string>

#include "abilities.hpp"
#include "tally/extensions/follow.hpp"

namespace tally::conformance {

class FollowReader {
 public:
  FollowReader(IStorage& storage, std::string_view key, const FollowOptions& options = {})
      : follower_(of<Follow>(storage).openFollower(key, options, {})) {}

  /// One event; the bytes of Data are added to bytes(), Reset and Removed empty it.
  FollowEvent next(const Call& call, std::uint64_t max_bytes = 0);
  /// Go on until bytes() are as many as `expected`, which they must then be. A Reset on the way is no fault.
  void expectBytes(std::string_view expected, std::chrono::seconds patience = std::chrono::seconds(10));
  /// The next thing that happens.
  void expectEvent(FollowEvent expected);
  /// That nothing happens for a while.
  void expectNothing();

  const std::string& bytes() const noexcept { return bytes_; }
  std::string cursor() const;
  Follower& follower() noexcept { return *follower_; }

 private:
  std::unique_ptr<Follower> follower_;
  std::string bytes_;
};

const char* nameOf(FollowEvent event) noexcept;

std::vector<Case> followRaceCases();

}  // namespace tally::conformance
