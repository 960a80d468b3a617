#include "memory_follow.hpp"

#include <charconv>
#include <functional>
#include <mutex>
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

/// Tells a cursor of another object. It need not outlive the program: nothing here does.
std::uint64_t checkOf(std::string_view key) { return std::hash<std::string_view>()(key); }

std::string textOf(std::string_view key, const Position& position) {
  std::string text;
  for (const auto number : {checkOf(key), position.born, position.offset}) text += std::to_string(number) + "-";
  return text;
}

/// Takes a number and the dash behind it off `text`; false when they are not there.
bool takeNumber(std::string_view& text, std::uint64_t& number) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != '-') return false;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()) + 1);
  return true;
}

/// Errors: InvalidArgument for what textOf did not make of this key.
Position parse(std::string_view key, std::string_view text) {
  std::uint64_t check = 0;
  Position position;
  std::string_view rest = text;
  const bool whole = takeNumber(rest, check) && takeNumber(rest, position.born) && takeNumber(rest, position.offset);
  if (!whole || !rest.empty()) {
    throw Error(ErrorCode::InvalidArgument, "'" + std::string(text) + "' is no cursor");
  }
  if (check != checkOf(key)) throw Error(ErrorCode::InvalidArgument, "it is the cursor of another object");
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

  std::string cursor() const override { return textOf(key_, at_); }

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
    position = parse(key, options.cursor);
  } else if (options.from_end && object != nullptr) {
    position = {object->born, object->bytes.size()};
  }
  return std::make_unique<MemoryFollower>(objects_, key, position);
}

}  // namespace tally::examples
