#pragma once
// All connections of a storage, driven by one thread. Any number of callers share them.

#include <curl/curl.h>
#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/exchange.hpp"
#include "http/open_sockets.hpp"

namespace tally::s2 {

struct HttpSettings {
  bool secure = true;
  bool verify = true;   ///< TLS: certificate and name of the host
  std::string ca_file;  ///< instead of the system's
  long connections = 64;
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds request_timeout{10000};  ///< of a request, or of silence in a session
};

/// Connections are kept. Over TLS one HTTP/2 connection carries many requests; on plain http each request has a
/// connection of its own out of a pool, which is faster there, and HTTP/2 without TLS is broken in libcurl before 8.
/// Threads: any. A child of fork() gets Closed.
class HttpLoop {
 public:
  /// Starts the thread; connects to nothing. Errors: Exhausted.
  explicit HttpLoop(HttpSettings settings);
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;
  /// Ends what is under way.
  ~HttpLoop();

  /// Begin an exchange. Errors: Closed.
  void start(const std::shared_ptr<Exchange>& exchange);
  /// Give up an exchange. When it returns, the loop does not touch it any more.
  void abort(const std::shared_ptr<Exchange>& exchange);
  /// Go on with one that paused.
  void resume(const std::shared_ptr<Exchange>& exchange);

  /// Wait for the end of an exchange as long as `call` allows; then abort it. Cost: cancellation is seen within 50 ms.
  void await(const std::shared_ptr<Exchange>& exchange, const Call& call);

 private:
  struct Transfer;
  struct Order {
    enum class What { Start, Abort, Resume } what;
    std::shared_ptr<Exchange> exchange;
  };
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
  bool takeOrders();
  void begin(const std::shared_ptr<Exchange>& exchange);
  void collect();
  void end(std::map<Exchange*, std::unique_ptr<Transfer>>::iterator transfer, int code, bool aborted);

  const HttpSettings settings_;
  const pid_t owner_;
  OpenSockets sockets_;                         // the thread's own; outlives the connections
  std::unique_ptr<CURLM, MultiDeleter> multi_;  // constant after construction

  std::mutex mutex_;
  std::vector<Order> orders_;  // guarded by mutex_
  bool closing_ = false;       // guarded by mutex_

  // The thread's own.
  std::vector<Easy> idle_;
  std::map<Exchange*, std::unique_ptr<Transfer>> running_;

  std::unique_ptr<std::thread> thread_;  // last: uses all of the above
};

}  // namespace tally::s2
