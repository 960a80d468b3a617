#include "local/abilities/append_group.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <new>
#include <utility>

#include "local/files/appending.hpp"
#include "local/system/file_state.hpp"

namespace tally::local {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks(50);  // for a wish to stop, which can't wake who waits for a writer

std::uint64_t orDefault(std::uint64_t given, std::uint64_t otherwise) noexcept {
  return given != 0 ? given : otherwise;
}

// What can be said before the first append.
void checkTarget(const Root& root, std::string_view key) {
  const UniqueFd found = root.open(key, {O_PATH});
  if (!found && errno == ENOENT) return;
  struct stat now {};
  if (!found || ::fstat(found.get(), &now) != 0) root.fail(errno, key, "can't open the file");
  requireFile(now.st_mode);
}

// Waiting may end before anything was written; then nothing is lost.
bool isOfTheWait(const Error& error) noexcept {
  return error.code() == ErrorCode::Timeout || error.code() == ErrorCode::Cancelled;
}

}  // namespace

AppendGroup::AppendGroup(StoreParts& parts, std::string_view key, const AppendStreamOptions& options)
    : parts_(parts),
      key_(key),
      window_bytes_(orDefault(options.window_bytes, kWindowBytes)),
      window_count_(orDefault(options.window_count, kWindowCount)) {
  if (parts_.root.find()) checkTarget(parts_.root, key_);
}

std::optional<std::uint64_t> AppendGroup::submit(std::string_view content) {
  parts_.fork_guard.check();
  const std::lock_guard lock(mutex_);
  if (failure_) throw Error(*failure_);
  if (isFull(content.size())) return std::nullopt;
  collected_.ends.push_back(collected_.bytes.size() + content.size());
  try {
    collected_.bytes.append(content);
  } catch (...) {
    collected_.ends.pop_back();
    throw;
  }
  return submitted_++;
}

bool AppendGroup::isFull(std::uint64_t more) const noexcept {
  const std::uint64_t count = submitted_ - acknowledged_;
  return count != 0 && (count >= window_count_ || group_.bytes.size() + collected_.bytes.size() + more > window_bytes_);
}

std::optional<std::uint64_t> AppendGroup::wait(std::uint64_t ticket, const Call& call) {
  parts_.fork_guard.check();
  std::unique_lock lock(mutex_);
  if (failure_) throw Error(*failure_);
  if (ticket >= submitted_) throw Error(ErrorCode::InvalidArgument, "no append of the stream has this ticket");
  while (ticket >= acknowledged_) {
    call.check();
    if (has_writer_) {
      written_.wait_until(lock, std::min(call.deadline, Call::Clock::now() + kBetweenLooks));
    } else {
      writeGroup(lock, call);
    }
    if (failure_) throw Error(*failure_);
  }
  const std::uint64_t oldest = acknowledged_ - sizes_.size();
  return ticket < oldest ? std::nullopt : std::optional(sizes_[ticket - oldest]);
}

// A group stays what it is until it is acknowledged: a wait that ended leaves it to the next one.
void AppendGroup::writeGroup(std::unique_lock<std::mutex>& lock, const Call& call) {
  if (group_.ends.empty()) std::swap(group_, collected_);
  has_writer_ = true;
  lock.unlock();
  std::uint64_t size = 0;
  std::optional<Error> failure = write(size, call);
  lock.lock();
  has_writer_ = false;
  written_.notify_all();
  if (!failure) return acknowledge(size);
  if (isOfTheWait(*failure)) throw Error(*failure);
  fail(*failure);
}

// Without memory the bytes may be there already, and there is none for an error that says so.
std::optional<Error> AppendGroup::write(std::uint64_t& size, const Call& call) noexcept {
  const AppendOptions plain;
  try {
    size = appendToFile(parts_.root, parts_.journal, parts_.append_files, {key_, group_.bytes, plain, call});
    return std::nullopt;
  } catch (Error& error) {
    return std::move(error);
  } catch (...) {
    return std::move(out_of_memory_);
  }
}

void AppendGroup::acknowledge(std::uint64_t size) noexcept {
  const std::uint64_t begin = size - group_.bytes.size();
  try {
    for (const std::uint64_t end : group_.ends) sizes_.push_back(begin + end);
  } catch (const std::bad_alloc&) {
    sizes_.clear();  // they may be unknown; that the appends are there may not
  }
  acknowledged_ += group_.ends.size();
  while (sizes_.size() > kWindowCount) sizes_.pop_front();
  // Fresh memory would cost a fault a page. An append above the window was an exception, not to be kept for.
  if (group_.bytes.size() > window_bytes_) group_ = {};
  group_.bytes.clear();
  group_.ends.clear();
}

void AppendGroup::fail(Error& error) noexcept {
  const bool unknown = error.code() == ErrorCode::OutcomeUnknown;
  try {
    Error full(error.code(), error.message() + "; append " + std::to_string(acknowledged_) +
                                 " of the stream and those after it " +
                                 (unknown ? "may or may not be there" : "are not there"));
    full.systemErrno(error.systemErrno());
    failure_ = std::move(full);
  } catch (const std::bad_alloc&) {
    failure_ = std::move(error);
  }
}

}  // namespace tally::local
