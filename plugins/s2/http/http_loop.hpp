#pragma once
// All connections of a storage. Any number of callers share them; one thread at a time moves the bytes of all.

#include <curl/curl.h>
#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "s2/http/exchange.hpp"
#include "s2/http/open_sockets.hpp"

namespace tally::s2 {

struct HttpSettings {
  bool secure = true;
  bool verify = true;     ///< TLS: certificate and name of the host
  std::string ca_file;    ///< instead of the system's
  long connections = 64;  ///< at most; on plain http besides those of exchanges that go on always
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds request_timeout{10000};  ///< of a request, or of silence in a session
};

/// Who moves the bytes of an exchange.
enum class Attended {
  ByWaiting,  ///< whoever waits: it goes on only while somebody waits for this or another exchange
  Always,     ///< it goes on whatever its owner does
};

/// Connections are kept. Over TLS one HTTP/2 connection carries many requests; on plain http each request has a
/// connection of its own out of a pool, which is faster there, and HTTP/2 without TLS is broken in libcurl before 8.
///
/// A caller who waits while nobody else does moves the bytes himself: an answer is there without a change of threads.
/// As soon as others depend on it the loop's own thread does it for all.
/// Threads: any. A child of fork() gets Closed.
class HttpLoop {
 public:
  /// Starts a thread, which sleeps; connects to nothing. Errors: Exhausted.
  explicit HttpLoop(HttpSettings settings);
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;
  /// Ends what is under way.
  ~HttpLoop();

  /// Begin an exchange. Errors: Closed.
  void start(const std::shared_ptr<Exchange>& exchange, Attended attended = Attended::ByWaiting);
  /// Give up an exchange, unless it has ended. When it returns, the loop does not touch it any more.
  void abort(const std::shared_ptr<Exchange>& exchange);
  /// Go on with one that paused.
  void resume(const std::shared_ptr<Exchange>& exchange);

  /// Wait for the end of an exchange as long as `call` allows; then abort it. Cost: cancellation is seen within 50 ms.
  void await(const std::shared_ptr<Exchange>& exchange, const Call& call);
  /// How long an answer may take.
  std::chrono::milliseconds patience() const noexcept { return settings_.request_timeout; }
  /// See to it that bytes move until `enough` holds or `until` has passed: `wait` is to wait for just that, without
  /// moving anything; it is called when another thread moves them.
  void attend(Call::Clock::time_point until, const std::function<bool()>& enough, const std::function<void()>& wait);

 private:
  struct Transfer;
  struct Order {
    enum class What { Start, StartAlways, Abort, Resume } what;
    std::shared_ptr<Exchange> exchange;
  };
  class Turn;
  struct EasyDeleter {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  struct MultiDeleter {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
  };
  using Easy = std::unique_ptr<CURL, EasyDeleter>;

  void give(Order order);
  void leaveToParent() noexcept;
  void run();
  bool isWanted() const noexcept { return waiting_ != 0 || unattended_ != 0; }
  void move(Call::Clock::time_point until, const std::function<bool()>& enough);
  void takeOrders();
  void carryOut(const Order& order);
  void begin(const std::shared_ptr<Exchange>& exchange, Attended attended);
  bool launch(const std::shared_ptr<Exchange>& exchange, Attended attended) noexcept;
  bool putOff(const std::shared_ptr<Exchange>& exchange) noexcept;
  void makeWay(Attended attended);
  void collect();
  void end(std::map<Exchange*, std::unique_ptr<Transfer>>::iterator transfer, int code, bool aborted);

  const HttpSettings settings_;
  const pid_t owner_;
  OpenSockets sockets_;                         // of whoever has the turn; outlives the connections
  std::unique_ptr<CURLM, MultiDeleter> multi_;  // constant after construction

  std::mutex mutex_;
  std::condition_variable wanted_;  // for the loop's own thread
  // Guarded by mutex_.
  std::vector<Order> orders_;
  bool moving_ = false;        // somebody has the turn
  bool thread_moves_ = false;  // and it is the loop's own thread
  unsigned waiting_ = 0;       // callers who wait without having it
  unsigned unattended_ = 0;    // exchanges that go on always, from their order to their end
  bool closing_ = false;

  // Of whoever has the turn.
  std::vector<Easy> idle_;
  std::deque<std::shared_ptr<Exchange>> queue_;  // until a connection is free
  long attended_ = 0;                            // exchanges that hold one of the limited connections
  std::map<Exchange*, std::unique_ptr<Transfer>> running_;

  std::unique_ptr<std::thread> thread_;  // last: uses all of the above
};

}  // namespace tally::s2
