#pragma once
// One HTTP request and what became of it. The caller waits, the loop moves the bytes.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tally/call.hpp"

namespace tally::s2 {

/// How often a wait looks whether its call was cancelled.
inline constexpr std::chrono::milliseconds kCancelStep{50};

/// The status of an answer that is what was asked for.
inline constexpr int kGood = 200;

enum class Method { Get, Post, Delete };

struct Request {
  Method method = Method::Get;
  std::string url;
  std::vector<std::string> headers;  ///< "name: value"
  std::string body;                  ///< of Post; sent once at most, also when the connection breaks
  bool accepts_compression = false;
  bool is_session = false;                      ///< may last: no limit for the whole, but one for silence
  bool has_events = false;                      ///< of a session: it brings events instead of frames
  std::optional<std::chrono::seconds> silence;  ///< of a session, instead of the usual limit; 0 for none
};

/// How an exchange ended.
struct Ending {
  bool arrived = false;           ///< an answer came, whole; else `failure` says why not
  bool sent = false;              ///< the request may have reached the server
  bool repeated = false;          ///< libcurl sent it again by itself: a kept connection broke before an answer
  bool aborted = false;           ///< the caller gave up
  bool timed_out = false;         ///< the limit of a request, or of silence
  bool no_memory = false;         ///< of this process
  bool refused_security = false;  ///< TLS: the other side is not who it must be
  std::string failure;
  int status = 0;
  std::chrono::milliseconds retry_after{0};  ///< what the service asks to wait
};

/// The plain kind: sends Request::body, collects the answer.
/// Lifetime: shared by caller and loop, which keeps it until finish() has returned; what derived classes view must live
/// until done() or HttpLoop::abort() has returned. Threads: wait(), ending(), body() are the caller's; receive(),
/// supply(), finish() the loop's.
class Exchange {
 public:
  enum class Flow { Go, Pause };

  explicit Exchange(Request request) : request_(std::move(request)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  const Request& request() const noexcept { return request_; }

  /// Wait until it has ended, or `until` has passed. Returns whether it has ended.
  bool wait(Call::Clock::time_point until);
  bool isDone();
  /// Only after the end.
  const Ending& ending() const noexcept { return ending_; }
  /// Only after the end. The body of the answer.
  const std::string& body() const noexcept { return body_; }

  // For the loop.

  /// The head of the answer has come, or, before that one, one of status 1xx.
  virtual void begin(int status) noexcept { status_ = status; }
  /// Bytes of the answer. Pause: not taken, offer them again after HttpLoop::resume().
  /// Errors: whatever it throws ends the exchange, as its failure.
  virtual Flow receive(std::string_view bytes);
  /// What supply() answers when there is nothing to send yet: to be asked again after HttpLoop::resume().
  static constexpr std::size_t kNothingYet = SIZE_MAX;
  /// Fill `room` with what is to be sent next; 0 at the end.
  virtual std::size_t supply(char* room, std::size_t size);
  /// Bytes of the request's body, where that is known.
  virtual std::optional<std::size_t> supplySize() const { return request_.body.size(); }
  void finish(Ending ending);

 protected:
  /// The status of the answer, in receive().
  int status() const noexcept { return status_; }
  /// Hook of derived classes at the end, under no lock.
  virtual void ended() {}

 private:
  const Request request_;
  // The loop's until the end, then the caller's.
  std::size_t supplied_ = 0;
  int status_ = 0;
  std::string body_;
  Ending ending_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;  // guarded by mutex_
};

}  // namespace tally::s2
