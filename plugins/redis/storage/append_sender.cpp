#include "redis/storage/append_sender.hpp"

#include <random>

#include "redis/wire/failures.hpp"
#include "tally/sdk/quiet_thread.hpp"

namespace tally::redis {
namespace {

// What is sent in one step, which keeps the server from other work for a millisecond or two.
constexpr std::size_t kStepBytes = std::size_t{1} << 20, kStepCount = 512;
constexpr std::uint64_t kWindowBytes = std::uint64_t{8} << 20, kWindowCount = 4096;
constexpr std::size_t kSizesKept = 65536;
constexpr std::chrono::milliseconds kLookForStop{20};

std::string randomName() {
  std::random_device random;
  return std::to_string(random()) + '-' + std::to_string(random());
}

// Whether it is open what became of the request.
bool leavesOpen(const Error& why) {
  return why.code() == ErrorCode::OutcomeUnknown || why.code() == ErrorCode::Timeout ||
         why.code() == ErrorCode::Cancelled || (why.code() == ErrorCode::Unavailable && why.retryable());
}

template <typename Work>
std::jthread quietThread(Work work) {
  const sdk::BlockedSignals quiet;
  return std::jthread(std::move(work));
}

}  // namespace

AppendSender::AppendSender(ObjectWriter& writer, WatchedAppends watched, std::string key,
                           const AppendStreamOptions& options, bool tells_sizes)
    : writer_(writer),
      watched_(std::move(watched)),
      key_(std::move(key)),
      window_bytes_(options.window_bytes == 0 ? kWindowBytes : options.window_bytes),
      window_count_(options.window_count == 0 ? kWindowCount : options.window_count),
      tells_sizes_(tells_sizes),
      sender_(quietThread([this](const std::stop_token& stop) { run(stop); })) {}

std::optional<std::uint64_t> AppendSender::submit(std::string_view content) {
  const std::lock_guard lock(mutex_);
  if (failure_) throw *failure_;
  const std::uint64_t open = submitted_ - acknowledged_;
  if (open >= window_count_ || (open != 0 && open_bytes_ + content.size() > window_bytes_)) return std::nullopt;
  waiting_.emplace_back(content);
  open_bytes_ += content.size();
  changed_.notify_all();
  return submitted_++;
}

std::optional<std::uint64_t> AppendSender::wait(std::uint64_t ticket, const Call& call) {
  std::unique_lock lock(mutex_);
  if (ticket >= submitted_) {
    throw Error(ErrorCode::InvalidArgument, "the ticket " + std::to_string(ticket) + " was never given");
  }
  while (!failure_ && ticket >= acknowledged_) {
    changed_.wait_for(lock, kLookForStop);
    call.check();
  }
  if (failure_) throw *failure_;
  const std::uint64_t back = acknowledged_ - ticket;
  if (!tells_sizes_ || back > sizes_.size()) return std::nullopt;
  return sizes_[sizes_.size() - back];
}

void AppendSender::run(const std::stop_token& stop) {
  Call call;
  call.cancel = CancelToken(stop);
  const std::string name = randomName();
  try {
    for (std::uint64_t step = 0;; ++step) {
      const Contents some = takeSome(stop);
      if (some.empty()) return;
      const std::string token = name + '-' + std::to_string(step);
      acknowledge(some, append(some, token, call));
    }
  } catch (const Error& error) {
    fail(error);
  } catch (const std::bad_alloc&) {
    fail(Error(ErrorCode::Exhausted, "out of memory"));
  }
}

std::uint64_t AppendSender::append(const Contents& some, const std::string& token, const Call& call) {
  if (const auto size = watched_.append(some, token, call)) return *size;
  try {
    return writer_.appendAll(key_, some, token, call);
  } catch (const Error& error) {
    if (watched_.isLeftOpen()) throw outcomeUnknown(error);
    throw;
  }
}

// What is sent next; nothing when the stream is being closed.
AppendSender::Contents AppendSender::takeSome(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  Contents some;
  if (!changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) return some;
  for (std::size_t bytes = 0; !waiting_.empty() && some.size() < kStepCount && bytes < kStepBytes;) {
    bytes += waiting_.front().size();
    some.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return some;
}

void AppendSender::acknowledge(const Contents& sent, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  acknowledged_ += sent.size();
  std::uint64_t bytes = 0;
  for (const auto& content : sent) bytes += content.size();
  open_bytes_ -= bytes;
  size -= bytes;
  for (const auto& content : sent) sizes_.push_back(size += content.size());
  while (sizes_.size() > kSizesKept) sizes_.pop_front();
  changed_.notify_all();
}

void AppendSender::fail(const Error& why) {
  const std::lock_guard lock(mutex_);
  const std::string first = "append " + std::to_string(acknowledged_) + " of the stream";
  if (leavesOpen(why)) {
    failure_ = Error(ErrorCode::OutcomeUnknown, "it is unknown whether " + first +
                                                    " has landed, and those behind it; ask for the object's size (" +
                                                    why.message() + ")");
  } else {
    failure_ = Error(why.code(), why.message() + "; " + first + " has not landed, nor has any behind it");
  }
  changed_.notify_all();
}

}  // namespace tally::redis
