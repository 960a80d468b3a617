#pragma once
// A TCP proxy on the loopback interface that does something wrong with the requests it is told to. Cases put it before
// the server of Harness::server(); an adapter's own tests may use it as well.
//
//   FaultProxy proxy("127.0.0.1:6379");
//   const auto storage = openAt(proxy.address());
//   proxy.arm({Fault::CutAfter});
//   storage->append("log", "line\n");  // is carried out, and its answer lost

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tally::conformance {

/// What happens to a request and its connection.
enum class Fault {
  None,
  CutBefore,  ///< the server gets nothing of it, and the connection ends
  CutInside,  ///< the server gets half of what has come of it
  CutAfter,   ///< the server carries it out, and its answer is lost
  CutAnswer,  ///< half of what has come of the answer arrives
  Garble,     ///< the answer begins with other bytes than the server's
  Answer,     ///< the server gets nothing of it; the client gets Strike::answer and the end of the connection
  Hang,       ///< nothing happens any more on this connection
  Delay,      ///< the server gets it Strike::wait later, whether the client is still there or not
  Drip,       ///< the answer arrives byte by byte, one each Strike::wait
  Repeat,     ///< the server gets it once more, Strike::wait after its answer, from a connection of its own
};

/// Which requests a fault strikes.
struct Strike {
  static constexpr int kForEver = 1 << 30;

  Fault fault = Fault::None;
  int times = 1;         ///< so many requests
  int skip = 0;          ///< after so many that pass
  std::string begins{};  ///< only those whose first bytes are these
  std::string answer{};
  std::chrono::milliseconds wait{100};
  std::string holds{};  ///< only those that have this in what comes of them at first
};

/// A request is what a client sends first, or after an answer; where the protocol answers while it is still being
/// asked, name what its requests begin with. Threads: any; one of its own does all the work.
class FaultProxy {
 public:
  /// Listen on a free port for a server at "host:port". `beginnings` are the first bytes of any request, "GET " for
  /// instance. Errors: std::runtime_error if there is no such host or no free port.
  explicit FaultProxy(const std::string& server, std::vector<std::string> beginnings = {});
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  /// Cuts all connections.
  ~FaultProxy();

  /// Where it listens: "127.0.0.1:40123".
  std::string address() const;

  /// Do this to the next requests, instead of what was armed before.
  void arm(Strike strike);
  void disarm() { arm({}); }
  /// How many requests the armed fault has yet to strike.
  int left() const;
  /// How many faults have struck, and how many requests have come, since the beginning.
  int struck() const noexcept;
  int requests() const noexcept;
  /// How many requests the server has answered to nobody: those of Repeat, and of Delay when their client has gone.
  int delivered() const noexcept;

  /// Cut all connections and stop listening, as if the server had ended. Returns when that is done.
  void goAway();
  /// Listen again, on the same port.
  void comeBack();

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace tally::conformance
