#include "s2/storage/append_stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tally::s2 {
namespace {

constexpr Deed kAppendOn{"can't append", "append"};
constexpr std::uint64_t kWindowBytes = std::uint64_t{8} * 1024 * 1024, kWindowCount = std::uint64_t{64} * 1024;
constexpr auto kGoodbye = std::chrono::seconds(1);

AppendPipe::Window windowOf(const AppendStreamOptions& options) {
  return {options.window_bytes != 0 ? options.window_bytes : kWindowBytes,
          options.window_count != 0 ? options.window_count : kWindowCount};
}

}  // namespace

/// The exchange below: batches go out as the pipe has them, acknowledgements come in.
class S2AppendStream::Session final : public Exchange {
 public:
  Session(S2AppendStream& stream, Request request) : Exchange(std::move(request)), stream_(stream) {}

  std::optional<std::size_t> supplySize() const override { return std::nullopt; }
  std::size_t supply(char* room, std::size_t size) override {
    {
      const std::lock_guard lock(stream_.mutex_);
      if (refused_) return 0;
      if (sent_ == frame_.size() && !nextFrame()) return stream_.closing_ ? 0 : kNothingYet;
    }
    const std::size_t count = std::min(size, frame_.size() - sent_);
    std::memcpy(room, frame_.data() + sent_, count);
    sent_ += count;
    return count;
  }
  void begin(int status) noexcept override {
    Exchange::begin(status);
    if (status > kGood) stopSending();
  }
  Flow receive(std::string_view bytes) override {
    if (status() != kGood) return Exchange::receive(bytes);
    reader_.push(bytes, [this](Frame&& frame) { take(frame); });
    return Flow::Go;
  }

  // After the end.

  /// What the service said against it.
  const std::optional<Refusal>& refusal() const noexcept { return refusal_; }
  /// It ended as it should.
  bool isClean() const noexcept { return !refusal_ && ending().arrived && status() == kGood && reader_.atBoundary(); }
  Error whyItEnded() const {
    if (refusal_) return refusalError(*refusal_, kAppendOn);
    if (!ending().arrived) return connectionError(ending(), "the append session broke");
    return Error(ErrorCode::Unavailable, "the service ended the append session").retryable(true);
  }

 private:
  /// With the lock.
  bool nextFrame() {
    if (!stream_.pipe_.isUnderWay()) stream_.progress_ = Call::Clock::now();
    const auto message = stream_.pipe_.next();
    stream_.starving_ = !message;
    if (!message) return false;
    frame_ = encodeFrame(*message, stream_.api_.compresses());
    sent_ = 0;
    return true;
  }
  /// libcurl holds the end of an answer back while there may be more to send.
  void stopSending() noexcept {
    const std::lock_guard lock(stream_.mutex_);
    refused_ = true;
    if (stream_.starving_) stream_.api_.client().loop().resume(stream_.session_);
  }
  void take(const Frame& frame) {
    if (frame.is_error) {
      refusal_ = parseRefusal(frame.status, frame.payload);
      return stopSending();
    }
    const AppendAck ack = decodeAck(frame.payload);
    const std::lock_guard lock(stream_.mutex_);
    if (!stream_.pipe_.isUnderWay()) throw Error(ErrorCode::Unavailable, "an acknowledgement of what was not sent");
    const std::uint64_t bytes = stream_.pipe_.landed(ack);
    const auto size = stream_.memory_.appended(stream_.stream_, ack, bytes, std::exchange(landed_, ack.end));
    if (size) stream_.pipe_.sizeIs(*size);
    stream_.progress_ = Call::Clock::now();
    if (stream_.starving_) stream_.api_.client().loop().resume(stream_.session_);
    stream_.changed_.notify_all();
  }
  void ended() override {
    if (ending().arrived && status() != kGood) {
      refusal_ = parseRefusal(status(), body());
      refusal_->retry_after = ending().retry_after;
    }
    const std::lock_guard lock(stream_.mutex_);
    stream_.ended_ = true;
    stream_.changed_.notify_all();
  }

  S2AppendStream& stream_;
  FrameReader reader_;
  std::string frame_;
  std::size_t sent_ = 0;
  bool refused_ = false;            // nothing more is taken; guarded by the stream's mutex
  std::optional<Position> landed_;  // the end of the last batch: a session ends with the stream that it began on
  std::optional<Refusal> refusal_;
};

S2AppendStream::S2AppendStream(BasinApi& api, StreamMemory& memory, std::string stream,
                               const AppendStreamOptions& options)
    : api_(api),
      memory_(memory),
      stream_(std::move(stream)),
      change_(memory, stream_, true),
      pipe_(windowOf(options)),
      backoff_(api.client().retry()) {}

S2AppendStream::~S2AppendStream() {
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    session = session_;
    closing_ = true;
    if (session && starving_ && !ended_) api_.client().loop().resume(session);
  }
  // Ended properly its connection can be used again.
  if (session) api_.client().loop().await(session, Call::within(kGoodbye));
}

std::optional<std::uint64_t> S2AppendStream::submit(std::string_view content) {
  const std::lock_guard lock(mutex_);
  if (failure_) throw *failure_;
  if (!pipe_.hasRoom(content.size())) return std::nullopt;
  const std::uint64_t ticket = pipe_.push(content);
  if (!session_ || (ended_ && session_->isClean() && !pipe_.isUnderWay())) {
    begin();
  } else if (starving_ && !ended_) {
    starving_ = false;
    api_.client().loop().resume(session_);
  }
  return ticket;
}

std::optional<std::uint64_t> S2AppendStream::wait(std::uint64_t ticket, const Call& call) {
  Lock lock(mutex_);
  if (ticket >= pipe_.given()) {
    throw Error(ErrorCode::InvalidArgument, "no append has the ticket " + std::to_string(ticket));
  }
  for (;;) {
    if (failure_) throw *failure_;
    if (ticket < pipe_.landedBelow()) return pipe_.sizeAfter(ticket);
    call.check();
    if (isStuck()) {
      fail(Error(ErrorCode::Unavailable, "the service acknowledges nothing any more"));
    } else if (ended_ && !recovering_) {
      recover(lock, call);
    } else {
      changed_.wait_until(lock, std::min(call.deadline, Call::Clock::now() + kCancelStep));
    }
  }
}

void S2AppendStream::begin() {
  ended_ = starving_ = false;
  progress_ = Call::Clock::now();
  Request request = api_.appendSession(stream_);
  request.silence = std::chrono::seconds(0);  // for as long as nobody appends
  session_ = std::make_shared<Session>(*this, std::move(request));
  api_.client().loop().start(session_, Attended::Always);
}

bool S2AppendStream::isStuck() const {
  return !ended_ && pipe_.isUnderWay() && Call::Clock::now() - progress_ > api_.client().loop().patience();
}

void S2AppendStream::fail(const Error& why) {
  if (pipe_.mayHaveLanded()) {
    failure_ = Error(ErrorCode::OutcomeUnknown,
                     why.message() + "; append " + std::to_string(pipe_.landedBelow()) +
                         " and those behind it may have landed, or may land still: read, then decide");
    failure_->backendCode(why.backendCode());
  } else {
    failure_ = why;
  }
  changed_.notify_all();
}

/// The session has ended, and somebody waits for what it had to bring.
void S2AppendStream::recover(Lock& lock, const Call& call) {
  const auto session = session_;
  const auto& refusal = session->refusal();
  if ((refusal ? hadNoEffect(*refusal) : !session->ending().sent) || !pipe_.mayHaveLanded()) pipe_.rewind();
  if (pipe_.isUnderWay()) return fail(session->whyItEnded());
  recovering_ = true;
  lock.unlock();
  std::optional<Error> failure;
  try {
    prepareAgain(*session, call);
  } catch (const Error& error) {
    failure = error;
  }
  lock.lock();
  recovering_ = false;
  changed_.notify_all();
  if (!failure) return begin();
  const bool is_of_wait = failure->code() == ErrorCode::Cancelled || failure->code() == ErrorCode::Timeout;
  if (is_of_wait) throw *failure;
  fail(*failure);
}

/// Errors: when it is of no use to begin another session.
void S2AppendStream::prepareAgain(const Session& ended, const Call& call) {
  if (ended.isClean()) return;
  if (ended.refusal()) return waitAfter(*ended.refusal(), call);
  if (!backoff_.again()) throw ended.whyItEnded();
  backoff_.wait(call);
}

void S2AppendStream::waitAfter(const Refusal& refusal, const Call& call) {
  const Error error = refusalError(refusal, kAppendOn);
  if (isAbsent(refusal)) {
    if (created_) throw error;
    created_ = true;
    return api_.createStream(stream_, call);
  }
  if (isBeingDeleted(refusal)) {
    if (!deletion_) deletion_.emplace(api_);
    if (!deletion_->again(call)) throw error;
    return;
  }
  if (!mayRetry(refusal) || !backoff_.again(setbackOf(refusal), refusal.retry_after)) throw error;
  backoff_.wait(call, refusal.retry_after);
}

}  // namespace tally::s2
