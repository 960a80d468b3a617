#include "append_group.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <new>
#include <utility>

#include "appending.hpp"
#include "file_state.hpp"
#include "system_error.hpp"

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
  collected_.bytes.append(content);
  collected_.ends.push_back(collected_.bytes.size());
  return submitted_++;
}

bool AppendGroup::isFull(std::uint64_t more) const noexcept {
  const std::uint64_t count = submitted_ - acknowledged_;
  return count != 0 && (count >= window_count_ || being_written_ + collected_.bytes.size() + more > window_bytes_);
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
      writeCollected(lock, call);
    }
    if (failure_) throw Error(*failure_);
  }
  const std::uint64_t oldest = acknowledged_ - sizes_.size();
  return ticket < oldest ? std::nullopt : std::optional(sizes_[ticket - oldest]);
}

void AppendGroup::writeCollected(std::unique_lock<std::mutex>& lock, const Call& call) {
  Collected group = std::exchange(collected_, std::move(spare_));
  being_written_ = group.bytes.size();
  has_writer_ = true;
  lock.unlock();
  std::uint64_t size = 0;
  const std::optional<Error> failure = write(group.bytes, size, call);
  lock.lock();
  has_writer_ = false;
  being_written_ = 0;
  written_.notify_all();
  if (!failure) {
    acknowledge(group, size);
    return reuse(std::move(group));
  }
  if (!isOfTheWait(*failure)) return fail(*failure);
  putBack(std::move(group));
  throw Error(*failure);
}

std::optional<Error> AppendGroup::write(std::string_view bytes, std::uint64_t& size, const Call& call) {
  const AppendOptions plain;
  try {
    size = appendToFile(parts_.root, parts_.journal, parts_.append_files, {key_, bytes, plain, call});
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::Exhausted, "no memory is left");
  }
}

void AppendGroup::acknowledge(const Collected& group, std::uint64_t size) {
  const std::uint64_t begin = size - group.bytes.size();
  for (const std::uint64_t end : group.ends) sizes_.push_back(begin + end);
  acknowledged_ += group.ends.size();
  while (sizes_.size() > kWindowCount) sizes_.pop_front();
}

// Before what was collected meanwhile.
void AppendGroup::putBack(Collected group) {
  const std::uint64_t begin = group.bytes.size();
  group.bytes += collected_.bytes;
  for (const std::uint64_t end : collected_.ends) group.ends.push_back(begin + end);
  collected_ = std::move(group);
}

// Fresh memory would cost a fault a page. An append above the window was an exception, not to be kept for.
void AppendGroup::reuse(Collected group) {
  if (group.bytes.size() > window_bytes_) return;
  group.bytes.clear();
  group.ends.clear();
  spare_ = std::move(group);
}

void AppendGroup::fail(const Error& error) {
  const bool unknown = error.code() == ErrorCode::OutcomeUnknown;
  failure_ = Error(error.code(), error.message() + "; append " + std::to_string(acknowledged_) +
                                     " of the stream and those after it " +
                                     (unknown ? "may or may not be there" : "are not there"));
  failure_->systemErrno(error.systemErrno());
}

}  // namespace tally::local
