#pragma once
// A TCP proxy in front of a server that does something wrong with the next request it is told to.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tally::s2::test {

enum class Fault {
  None,
  CutBefore,  ///< the request never reaches the server
  CutInside,  ///< half of what has come of the request does
  CutAfter,   ///< the server carries it out, its answer is lost
  Answer,     ///< the server never sees it, the client gets `answer`
  Hang        ///< nothing happens any more
};

/// Threads: any.
class FaultProxy {
 public:
  explicit FaultProxy(std::uint16_t server_port);
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  ~FaultProxy();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Do this to the next request whose first line begins with `method`, once.
  void arm(Fault fault, std::string method = "POST ", std::string answer = {});
  /// How often an armed fault has struck.
  int struck() const { return struck_; }
  /// How many requests have come. Counted by their first lines.
  int requests() const { return requests_; }

 private:
  struct Strike {
    Fault fault;
    std::string answer;
  };

  void serve();
  void relay(int client);
  Strike strikeFor(std::string_view bytes);

  const std::uint16_t server_port_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> closing_{false};
  std::atomic<int> struck_{0}, requests_{0};
  std::mutex mutex_;
  Fault armed_ = Fault::None;    // guarded by mutex_
  std::string method_, answer_;  // guarded by mutex_
  std::vector<std::thread> relays_;
  std::thread acceptor_;
};

}  // namespace tally::s2::test
