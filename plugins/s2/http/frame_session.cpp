#include "s2/http/frame_session.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

namespace tally::s2 {
namespace {

constexpr std::size_t kMaxQueuedBytes = std::size_t{16} * 1024 * 1024;

}  // namespace

/// The exchange below a session: answers of status 200 are frames, all others a text.
class FrameSession::FrameExchange final : public Exchange {
 public:
  FrameExchange(Request wanted, FrameSource source) : Exchange(std::move(wanted)), source_(std::move(source)) {
    if (request().has_events) {
      reader_ = std::make_unique<EventReader>();
    } else {
      reader_ = std::make_unique<FrameReader>();
    }
  }

  Flow receive(std::string_view bytes) override {
    if (status() != kGood) return Exchange::receive(bytes);
    {
      const std::lock_guard lock(mutex_);
      if (queued_ > kMaxQueuedBytes) {
        paused_ = true;
        return Flow::Pause;
      }
    }
    reader_->push(bytes, [this](Frame&& frame) { put(std::move(frame)); });
    return Flow::Go;
  }

  std::optional<std::size_t> supplySize() const override { return source_ ? std::nullopt : Exchange::supplySize(); }

  std::size_t supply(char* room, std::size_t size) override {
    if (!source_) return Exchange::supply(room, size);
    if (sent_ == outgoing_.size()) {
      outgoing_ = source_().value_or(std::string());
      sent_ = 0;
    }
    const std::size_t count = std::min(size, outgoing_.size() - sent_);
    std::memcpy(room, outgoing_.data() + sent_, count);
    sent_ += count;
    return count;
  }

  /// The next frame. Nothing: none is there yet, or none will come, which `ended` tells.
  std::optional<Frame> take(bool& ended, bool& resume) {
    const std::lock_guard lock(mutex_);
    ended = frames_.empty() && ended_;
    if (frames_.empty()) return std::nullopt;
    Frame frame = std::move(frames_.front());
    frames_.pop_front();
    queued_ -= frame.payload.size();
    resume = paused_ && queued_ < kMaxQueuedBytes / 2;
    if (resume) paused_ = false;
    return frame;
  }

  /// Whether take() has something to say.
  bool hasNews() {
    const std::lock_guard lock(mutex_);
    return isNews();
  }
  void waitForNews(Call::Clock::time_point until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [&] { return isNews(); });
  }

  bool atBoundary() const noexcept { return reader_->atBoundary(); }

 protected:
  void ended() override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  bool isNews() const noexcept { return !frames_.empty() || ended_; }
  void put(Frame&& frame) {
    const std::lock_guard lock(mutex_);
    queued_ += frame.payload.size();
    frames_.push_back(std::move(frame));
    changed_.notify_all();
  }

  // The loop's until the end.
  const FrameSource source_;
  std::unique_ptr<SessionReader> reader_;
  std::string outgoing_;
  std::size_t sent_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<Frame> frames_;
  std::size_t queued_ = 0;
  bool paused_ = false, ended_ = false;
};

FrameSession::FrameSession(Client& client, Request request, FrameSource source, Attended attended)
    : loop_(client.loop()), exchange_(std::make_shared<FrameExchange>(std::move(request), std::move(source))) {
  loop_.start(exchange_, attended);
}

FrameSession::~FrameSession() { loop_.abort(exchange_); }

std::optional<Frame> FrameSession::next(const Call& call) {
  for (;;) {
    call.check();
    bool ended = false, resume = false;
    const auto until = std::min(call.deadline, Call::Clock::now() + kCancelStep);
    loop_.attend(
        until, [&] { return exchange_->hasNews(); }, [&] { exchange_->waitForNews(until); });
    auto frame = exchange_->take(ended, resume);
    if (resume) loop_.resume(exchange_);
    if (frame && frame->is_error) {
      refusal_ = parseRefusal(frame->status, frame->payload);
      return std::nullopt;
    }
    if (frame) return frame;
    if (ended) return atEnd(call);
  }
}

std::optional<Frame> FrameSession::atEnd(const Call& call) {
  exchange_->wait(Call::Clock::time_point::max());  // just about to be
  Attempt attempt = attemptOf(*exchange_, "the session broke", call);
  if (!attempt.reply) throw *attempt.error;
  if (attempt.reply->status != kGood) {
    refusal_ = attempt.reply->refusal();
    return std::nullopt;
  }
  if (!exchange_->atBoundary()) {
    throw Error(ErrorCode::Unavailable, "the session ended inside a frame").retryable(true);
  }
  return std::nullopt;
}

}  // namespace tally::s2
