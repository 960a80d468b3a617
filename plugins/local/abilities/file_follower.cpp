#include "local/abilities/file_follower.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "local/system/file_state.hpp"

namespace tally::local {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kChunkBytes = std::uint64_t{1} << 20;
constexpr Call::Clock::duration kTold = 1s, kUntold = 50ms, kShortest = 50us;

}  // namespace

FileFollower::FileFollower(StoreParts& parts, std::string_view key, const FollowOptions& options, const Call& call)
    : parts_(parts), key_(key), waiter_(parts.watches) {
  if (!options.cursor.empty()) place_ = placeOf(key, options.cursor);
  const OpenedFile file = open();
  struct stat now {};
  const bool is_there = file.fd && parts_.journal.visibleStat(file.key, file.fd.get(), now, call);
  if (!is_there && options.must_exist) throw Error(ErrorCode::NotFound, "no such object");
  if (!is_there || !options.from_end || !options.cursor.empty()) return;
  place_ = {identityOf(file.fd.get()), static_cast<std::uint64_t>(now.st_size)};
}

FollowEvent FileFollower::next(ByteSink& out, std::uint64_t max_bytes, const Call& call) {
  parts_.fork_guard.check();
  Call looking;  // without a deadline: its passing is an answer, not an error
  looking.cancel = call.cancel;
  for (;;) {
    looking.check();
    const FollowEvent event = look(out, max_bytes == 0 ? kChunkBytes : max_bytes, looking);
    const auto now = Call::Clock::now();
    if (event != FollowEvent::Nothing || now >= call.deadline) return event;
    const auto wait = longestWait();
    waiter_.wait(call.deadline - now < wait ? call.deadline : now + wait, call);
  }
}

FollowEvent FileFollower::look(ByteSink& out, std::uint64_t max_bytes, const Call& call) {
  for (;; call.check()) {
    unfinished_ = false;
    std::optional<FollowEvent> event;
    if (!file_.fd) event = begin(call);
    if (!event) event = readOn(out, max_bytes, call);
    if (event) return *event;
  }
}

// Find the object. Nothing to tell when it is where it was.
std::optional<FollowEvent> FileFollower::begin(const Call& call) {
  if (!findObject(call)) {
    return std::exchange(place_, {}).file.inode != 0 ? FollowEvent::Removed : FollowEvent::Nothing;
  }
  return enter() ? std::optional(FollowEvent::Reset) : std::nullopt;
}

// From the open file. Nothing to tell when it has to be looked at once more, or is not the object any longer.
std::optional<FollowEvent> FileFollower::readOn(ByteSink& out, std::uint64_t max_bytes, const Call& call) {
  struct stat now {};
  parts_.journal.visibleStat(file_.key, file_.fd.get(), now, call);
  const auto size = static_cast<std::uint64_t>(now.st_size);
  const bool is_there = now.st_nlink != 0;
  if (is_there && size < place_.offset) {
    place_.offset = 0;
    return FollowEvent::Reset;
  }
  if (is_there && size > place_.offset) {
    const bool whole = deliver(out, std::min(size - place_.offset, max_bytes), call);
    return whole ? std::optional(FollowEvent::Data) : std::nullopt;
  }
  if (is_there && stillNamed()) {
    unfinished_ = static_cast<std::uint64_t>(statusOf(file_.fd.get()).st_size) > size;
    return FollowEvent::Nothing;
  }
  file_ = {};
  return std::nullopt;
}

// No descriptor when the object is absent.
OpenedFile FileFollower::open() const {
  if (!parts_.root.find()) return {};
  OpenedFile file = openToRead(parts_.root, key_, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.fd && errno != ENOENT && errno != ENOTDIR) parts_.root.fail(errno, key_, "can't open the file");
  if (!file.fd) parts_.root.requirePresent();
  if (file.fd) requireFile(statusOf(file.fd.get()).st_mode);
  return file;
}

// Look, and watch for the file where it is absent; then look again, since it may have come in between.
bool FileFollower::findFile() {
  file_ = open();
  if (file_.fd) return true;
  const UniqueFd folder = parts_.root.fd() < 0 ? UniqueFd() : parts_.root.openParent(key_);
  if (!folder) {
    waiter_.unwatch();
    return false;
  }
  waiter_.watchFolder(folder.get());
  file_ = open();
  return static_cast<bool>(file_.fd);
}

// A file is no object yet while the append that makes it is under way, or dead.
bool FileFollower::findObject(const Call& call) {
  if (!findFile()) return false;
  struct stat now {};
  unfinished_ = !parts_.journal.visibleStat(file_.key, file_.fd.get(), now, call);
  if (unfinished_) file_ = {};
  return !unfinished_;
}

// Begin with a file just opened; whether it is another one than before.
bool FileFollower::enter() {
  waiter_.watchFile(file_.fd.get());
  const FileIdentity found = identityOf(file_.fd.get());
  if (found == place_.file) return false;
  return std::exchange(place_, {found, 0}).file.inode != 0;
}

// False when the file became shorter meanwhile.
bool FileFollower::deliver(ByteSink& out, std::uint64_t length, const Call& call) {
  char* room = out.grow(length);
  if (readAt(file_.fd.get(), room, {place_.offset, length}, call) != length) return false;
  out.commit(length);
  place_.offset += length;
  patience_ = kShortest;
  return true;
}

bool FileFollower::stillNamed() const {
  const OpenedFile named = openToRead(parts_.root, key_, O_PATH);
  return named.fd && statusOf(named.fd.get()).st_ino == statusOf(file_.fd.get()).st_ino;
}

// An append is whole microseconds after its bytes are there, and nothing tells of that; unless its writer is dead.
Call::Clock::duration FileFollower::longestWait() {
  if (!unfinished_) return waiter_.isWatching() ? kTold : kUntold;
  patience_ = std::clamp<Call::Clock::duration>(patience_ * 2, kShortest, kUntold);
  return patience_;
}

}  // namespace tally::local
