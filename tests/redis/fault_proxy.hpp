#pragma once
// A TCP proxy in front of a server that cuts connections where a test asks for it.

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace tally::test {

enum class Cut {
  Nowhere,
  BeforeRequest,  ///< the request is read, and not passed on
  InRequest,      ///< half of it is passed on
  AfterRequest,   ///< all of it is passed on and answered, but the answer is not passed back
  InAnswer,       ///< half of the answer is passed back
};

/// Threads: one of its own. One connection after another may come; each is served until it ends or is cut.
class FaultProxy {
 public:
  explicit FaultProxy(std::uint16_t server_port);
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  ~FaultProxy();

  std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  /// Cut the next `times` connections on which a request comes.
  void cutNext(Cut where, int times = 1) {
    where_ = where;
    times_ = times;
  }
  /// How many cuts are still to come.
  int left() const { return times_; }

 private:
  void serve();
  void relay(int client, int server);
  bool passRequest(int client, int server, Cut& cut);
  static bool passAnswer(int client, int server, Cut cut);

  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1, stop_[2] = {-1, -1};
  std::atomic<Cut> where_{Cut::Nowhere};
  std::atomic<int> times_{0};
  std::thread thread_;
};

}  // namespace tally::test
