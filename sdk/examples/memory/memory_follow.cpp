#include "memory_follow.hpp"

#include <charconv>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>

namespace tally::examples {
namespace {

/// Where a follower stands. An object that is replaced, or removed and made again, is born anew: its number tells what
/// its bytes alone can't.
struct Position {
  std::uint64_t born = 0;  // 0: nothing was there
  std::uint64_t offset = 0;
};

std::string textOf(const Position& position) {
  return std::to_string(position.born) + "-" + std::to_string(position.offset);
}

std::optional<Position> parse(std::string_view text) {
  const char* const end = text.data() + text.size();
  Position position;
  const auto born = std::from_chars(text.data(), end, position.born);
  if (born.ec != std::errc() || born.ptr == end || *born.ptr != '-') return std::nullopt;
  const auto offset = std::from_chars(born.ptr + 1, end, position.offset);
  if (offset.ec != std::errc() || offset.ptr != end) return std::nullopt;
  return position;
}

class MemoryFollower final : public Follower {
 public:
  MemoryFollower(MemoryObjects& objects, std::string_view key, Position position)
      : objects_(objects), key_(key), at_(position) {}

  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override {
    for (;;) {
      if (call.cancel.requested()) throw Error(ErrorCode::Cancelled, "the caller cancelled the call");
      objects_.forgetExpired();
      std::shared_lock lock(objects_.mutex);
      const FollowEvent event = look(out, max_bytes == 0 ? UINT64_MAX : max_bytes);
      if (event != FollowEvent::Nothing || Call::Clock::now() >= call.deadline) return event;
      objects_.waitForChange(lock, call);
    }
  }

  std::string cursor() const override { return textOf(at_); }

 private:
  FollowEvent look(ByteSink& out, std::uint64_t max_bytes) {
    const auto* const object = objects_.find(key_);
    if (object == nullptr) {
      return std::exchange(at_, Position()).born == 0 ? FollowEvent::Nothing : FollowEvent::Removed;
    }
    const bool is_another = object->born != at_.born || at_.offset > object->bytes.size();
    if (is_another) {
      const auto before = std::exchange(at_, Position{object->born, 0});
      if (before.born != 0) return FollowEvent::Reset;  // else nothing was delivered that could be void
    }
    const auto bytes = std::string_view(object->bytes).substr(at_.offset, max_bytes);
    if (bytes.empty()) return FollowEvent::Nothing;
    out.put(bytes);
    at_.offset += bytes.size();
    return FollowEvent::Data;
  }

  MemoryObjects& objects_;
  const std::string key_;
  Position at_;
};

}  // namespace

std::unique_ptr<Follower> MemoryFollow::openFollower(std::string_view key, const FollowOptions& options,
                                                     const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::shared_lock lock(objects_.mutex);
  if (objects_.hasChildren(key)) throw Error(ErrorCode::IsADirectory, "it is a directory");
  const auto* const object = objects_.find(key);
  if (object == nullptr && options.must_exist) throw Error(ErrorCode::NotFound, "there is no such object");
  Position position;
  if (!options.cursor.empty()) {
    const auto saved = parse(options.cursor);
    if (!saved) throw Error(ErrorCode::InvalidArgument, "'" + std::string(options.cursor) + "' is no cursor");
    position = *saved;
  } else if (options.from_end && object != nullptr) {
    position = {object->born, object->bytes.size()};
  }
  return std::make_unique<MemoryFollower>(objects_, key, position);
}

}  // namespace tally::examples
