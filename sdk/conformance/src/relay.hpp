#pragma once
// One connection through the proxy: what came from either side and has yet to go to the other, and the fault at work.

#include <poll.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "socket.hpp"
#include "strike_plan.hpp"

namespace tally::conformance {

/// Threads: the proxy's.
class Relay {
 public:
  using Clock = std::chrono::steady_clock;

  Relay(StrikePlan& plan, Socket client, Socket server);
  /// One that sends a request once more, and has no client.
  Relay(StrikePlan& plan, Socket server, std::string request, std::chrono::milliseconds wait);

  /// What to wait for, of the client and of the server.
  pollfd clientWait() const noexcept;
  pollfd serverWait() const noexcept;
  /// When there is something to do anyway.
  std::optional<Clock::time_point> due() const noexcept { return due_; }

  /// Do what can be done. False at the end of the connection.
  bool advance(short client_events, short server_events);
  /// Of Fault::Repeat: the relay that sends the request once more, as soon as it has been answered.
  std::optional<Relay> takeRepeat(const std::string& server);

 private:
  bool fromClient();
  bool onRequest(std::string_view bytes);
  void onMoreOfRequest(std::string_view bytes);
  bool clientLeft();
  bool fromServer();
  bool onAnswer(std::string bytes);
  void onTime();
  bool end();

  StrikePlan* plan_;
  Socket client_, server_;
  std::string to_client_, to_server_;
  Strike fault_;          // what the present request suffers
  std::string held_;      // of Delay the request, of Drip the answer, of Repeat the copy
  bool answered_ = true;  // nothing is asked at the moment
  bool late_ = false;     // the request counts, although nobody waits for the answer
  bool ending_ = false;   // nothing new is taken; what is left is sent
  std::optional<Clock::time_point> due_;
};

}  // namespace tally::conformance
