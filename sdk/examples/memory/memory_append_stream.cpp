#include "memory_append_stream.hpp"

#include <deque>
#include <mutex>
#include <shared_mutex>
#include <string>

namespace tally::examples {
namespace {

constexpr std::uint64_t kWindowBytes = std::uint64_t{4} * 1024 * 1024;
constexpr std::uint64_t kWindowCount = 1024;

class MemoryAppendStream final : public AppendStream {
 public:
  MemoryAppendStream(MemoryObjects& objects, std::string_view key, const AppendStreamOptions& options)
      : objects_(objects),
        key_(key),
        window_bytes_(options.window_bytes == 0 ? kWindowBytes : options.window_bytes),
        window_count_(options.window_count == 0 ? kWindowCount : options.window_count) {}

  std::optional<std::uint64_t> submit(std::string_view content) override {
    const std::lock_guard lock(mutex_);
    if (failure_) throw Error(*failure_);
    // One that is larger than the window alone goes when nothing else is on its way; it could never go otherwise.
    const bool full = waiting_.size() >= window_count_ || waiting_bytes_ + content.size() > window_bytes_;
    if (full && !waiting_.empty()) return std::nullopt;
    waiting_.emplace_back(content);
    waiting_bytes_ += content.size();
    return landed_ + waiting_.size() - 1;
  }

  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) override {
    call.check();  // late or cancelled: this wait alone, the stream goes on
    const std::lock_guard lock(mutex_);
    if (failure_) throw Error(*failure_);
    if (ticket >= landed_ + waiting_.size()) {
      throw Error(ErrorCode::InvalidArgument, "ticket " + std::to_string(ticket) + " was never given");
    }
    if (ticket < landed_) return std::nullopt;  // its size was told to whoever waited for it
    std::uint64_t size = 0;
    while (landed_ <= ticket) size = land();
    return size;
  }

 private:
  /// What fails here did not land, so there is no unknown outcome to name.
  std::uint64_t land() try {
    const std::unique_lock lock(objects_.mutex);
    const std::uint64_t size = objects_.append(key_, waiting_.front()).bytes.size();
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
    ++landed_;
    return size;
  } catch (const Error& error) {
    failure_ = error;
    throw;
  }

  MemoryObjects& objects_;
  const std::string key_;
  const std::uint64_t window_bytes_, window_count_;

  std::mutex mutex_;  // guards what follows
  std::deque<std::string> waiting_;
  std::uint64_t waiting_bytes_ = 0;
  std::uint64_t landed_ = 0;  // tickets below it
  std::optional<Error> failure_;
};

}  // namespace

std::unique_ptr<AppendStream> MemoryAppendStreams::openAppendStream(std::string_view key,
                                                                    const AppendStreamOptions& options,
                                                                    const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::shared_lock lock(objects_.mutex);
  objects_.checkPlace(key);
  return std::make_unique<MemoryAppendStream>(objects_, key, options);
}

}  // namespace tally::examples
